package org.weft.shard.gguf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A small matrix of one tensor type as it stands in a GGUF file, and its elements as PyPI's gguf
 * dequantises them: each the real value rounded once to float32. Made by {@code
 * src/test/scripts/make_quant_fixtures.py}, which says how.
 *
 * <p>The scales are extreme in places (subnormal, zero, largest, negative), all finite. Compare
 * with {@code ==}, or bits after adding +0: the sign of a zero is nobody's promise.
 *
 * @param raw the blocks, row by row: {@code type.bytes(rows * columns)} bytes
 * @param values [rows, columns]
 */
public record QuantFixtures(TensorType type, int rows, int columns, byte[] raw, float[] values) {

  /** The fixture of a type; there is one for every type that Weft reads. */
  public static QuantFixtures of(TensorType type) {
    String name = "quants/" + type + ".bin";
    try (InputStream in = QuantFixtures.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing: run make_quant_fixtures.py " + type);
      }
      ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      int rows = bytes.getInt();
      int columns = bytes.getInt();
      byte[] raw = new byte[bytes.getInt()];
      bytes.get(raw);
      float[] values = new float[rows * columns];
      bytes.asFloatBuffer().get(values);
      return new QuantFixtures(type, rows, columns, raw, values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
