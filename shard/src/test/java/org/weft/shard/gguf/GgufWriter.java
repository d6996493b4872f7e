package org.weft.shard.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes GGUF files of any content for tests, malformed ones too: what it is told is what it
 * writes. Usual use: {@code new GgufWriter().string("general.architecture",
 * "llama").u32("llama.block_count", 2).floats("w", new long[] {4, 2}, data).write(path)}.
 */
public final class GgufWriter {
  /** A tensor as declared; {@code offset} counts from the beginning of the tensors' bytes. */
  private record Tensor(String name, int type, long[] shape, long offset, byte[] data) {}

  private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
  private final List<Tensor> tensors = new ArrayList<>();
  private int version = 3;
  private int alignment = 32;
  private long keyCount;
  private @Nullable Long declaredTensors;
  private @Nullable Long declaredKeys;
  private long nextOffset;

  public GgufWriter version(int value) {
    version = value;
    return this;
  }

  /** Writes general.alignment and keeps to it from here on. */
  public GgufWriter alignment(int bytes) {
    alignment = bytes;
    return u32("general.alignment", bytes);
  }

  /** Declares another tensor count than there are tensors. */
  public GgufWriter tensorCount(long count) {
    declaredTensors = count;
    return this;
  }

  /** Declares another metadata count than there are keys. */
  public GgufWriter keyCount(long count) {
    declaredKeys = count;
    return this;
  }

  public GgufWriter string(String key, String value) {
    return raw(key, MetadataType.STRING.ordinal(), string(value));
  }

  public GgufWriter u8(String key, int value) {
    return raw(key, MetadataType.UINT8.ordinal(), new byte[] {(byte) value});
  }

  public GgufWriter i8(String key, int value) {
    return raw(key, MetadataType.INT8.ordinal(), new byte[] {(byte) value});
  }

  public GgufWriter u16(String key, int value) {
    return raw(key, MetadataType.UINT16.ordinal(), little(2).putShort((short) value).array());
  }

  public GgufWriter i16(String key, int value) {
    return raw(key, MetadataType.INT16.ordinal(), little(2).putShort((short) value).array());
  }

  public GgufWriter u32(String key, int value) {
    return raw(key, MetadataType.UINT32.ordinal(), little(4).putInt(value).array());
  }

  public GgufWriter i32(String key, int value) {
    return raw(key, MetadataType.INT32.ordinal(), little(4).putInt(value).array());
  }

  public GgufWriter u64(String key, long value) {
    return raw(key, MetadataType.UINT64.ordinal(), little(8).putLong(value).array());
  }

  public GgufWriter i64(String key, long value) {
    return raw(key, MetadataType.INT64.ordinal(), little(8).putLong(value).array());
  }

  public GgufWriter f32(String key, float value) {
    return raw(key, MetadataType.FLOAT32.ordinal(), little(4).putFloat(value).array());
  }

  public GgufWriter f64(String key, double value) {
    return raw(key, MetadataType.FLOAT64.ordinal(), little(8).putDouble(value).array());
  }

  public GgufWriter bool(String key, boolean value) {
    return raw(key, MetadataType.BOOL.ordinal(), new byte[] {(byte) (value ? 1 : 0)});
  }

  public GgufWriter strings(String key, List<String> values) {
    ByteArrayOutputStream elements = new ByteArrayOutputStream();
    values.forEach(value -> elements.writeBytes(string(value)));
    return array(key, MetadataType.STRING.ordinal(), values.size(), elements.toByteArray());
  }

  /** An array of INT32. */
  public GgufWriter integers(String key, int... values) {
    ByteBuffer elements = little(4 * values.length);
    for (int value : values) {
      elements.putInt(value);
    }
    return array(key, MetadataType.INT32.ordinal(), values.length, elements.array());
  }

  /** An array of FLOAT32. */
  public GgufWriter numbers(String key, float... values) {
    ByteBuffer elements = little(4 * values.length);
    for (float value : values) {
      elements.putFloat(value);
    }
    return array(key, MetadataType.FLOAT32.ordinal(), values.length, elements.array());
  }

  /** An array as the caller says, true or not. */
  public GgufWriter array(String key, int elementType, long count, byte[] elements) {
    ByteBuffer value = little(12 + elements.length);
    value.putInt(elementType).putLong(count).put(elements);
    return raw(key, MetadataType.ARRAY.ordinal(), value.array());
  }

  /** A key-value pair with any type id and any bytes for the value. */
  public GgufWriter raw(String key, int type, byte[] value) {
    entries.writeBytes(string(key));
    entries.writeBytes(little(4).putInt(type).array());
    entries.writeBytes(value);
    keyCount++;
    return this;
  }

  /** A tensor after those before it, aligned; {@code data} as it stands in a file. */
  public GgufWriter tensor(String name, TensorType type, long[] shape, byte[] data) {
    return tensor(name, type.id(), shape, nextOffset, data);
  }

  /** An F32 tensor. */
  public GgufWriter floats(String name, long[] shape, float... values) {
    ByteBuffer data = little(4 * values.length);
    for (float value : values) {
      data.putFloat(value);
    }
    return tensor(name, TensorType.F32, shape, data.array());
  }

  /** A tensor with any type id and any declared offset; its bytes are written there if it fits. */
  public GgufWriter tensor(String name, int type, long[] shape, long offset, byte[] data) {
    tensors.add(new Tensor(name, type, shape.clone(), offset, data.clone()));
    nextOffset = aligned(Math.max(nextOffset, offset + data.length));
    return this;
  }

  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    long tensorCount = declaredTensors == null ? tensors.size() : declaredTensors;
    ByteBuffer counts = little(20).putInt(version).putLong(tensorCount);
    out.writeBytes(counts.putLong(declaredKeys == null ? keyCount : declaredKeys).array());
    out.writeBytes(entries.toByteArray());
    int end = 0;
    for (Tensor tensor : tensors) {
      out.writeBytes(string(tensor.name));
      ByteBuffer info = little(4 + 8 * tensor.shape.length + 4 + 8).putInt(tensor.shape.length);
      for (long dimension : tensor.shape) {
        info.putLong(dimension);
      }
      out.writeBytes(info.putInt(tensor.type).putLong(tensor.offset).array());
      end = Math.max(end, place(tensor) + tensor.data.length);
    }
    out.writeBytes(new byte[(int) (aligned(out.size()) - out.size())]);
    byte[] data = new byte[end];
    for (Tensor tensor : tensors) {
      System.arraycopy(tensor.data, 0, data, place(tensor), tensor.data.length);
    }
    out.writeBytes(data);
    return out.toByteArray();
  }

  public Path write(Path path) {
    try {
      return Files.write(path, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long aligned(long position) {
    return Math.ceilDiv(position, (long) alignment) * alignment;
  }

  /** Absurd offsets are declared, but their bytes are not written that far out. */
  private static int place(Tensor tensor) {
    return tensor.offset >= 0 && tensor.offset < 1 << 24 ? (int) tensor.offset : 0;
  }

  private static byte[] string(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return little(8 + bytes.length).putLong(bytes.length).put(bytes).array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
