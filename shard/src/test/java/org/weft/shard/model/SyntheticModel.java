package org.weft.shard.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.weft.shard.gguf.GgufWriter;
import org.weft.shard.gguf.TensorType;

/** Small llama models of random weights, one for each thing that a file may have. */
final class SyntheticModel {
  int blocks = 2;
  int width = 64;
  int heads = 4;
  int kvHeads = 2;
  int headLength;
  int valueLength;
  int feedForward = 96;
  int vocabulary = 50;
  int context = 512;
  TensorType type = TensorType.F32;
  boolean tied = true;
  boolean biases;
  float[] ropeFactors = {};
  Consumer<GgufWriter> metadata = writer -> {};

  private final SplittableRandom random;

  SyntheticModel(long seed) {
    random = new SplittableRandom(seed);
  }

  Path write(Path path) {
    GgufWriter writer = new GgufWriter();
    writer.string("general.architecture", "llama").string("general.name", "Synthetic");
    writer.u32("llama.block_count", blocks).u32("llama.embedding_length", width);
    writer.u32("llama.context_length", context).u32("llama.feed_forward_length", feedForward);
    writer.u32("llama.attention.head_count", heads);
    writer.u32("llama.attention.head_count_kv", kvHeads);
    writer.f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    if (headLength != 0) {
      writer.u32("llama.attention.key_length", headLength);
      writer.u32("llama.attention.value_length", valueLength == 0 ? headLength : valueLength);
    }
    metadata.accept(writer);
    tensors(writer);
    return writer.write(path);
  }

  private void tensors(GgufWriter writer) {
    int keyLength = headLength == 0 ? width / heads : headLength;
    int valueRows = valueLength == 0 ? keyLength : valueLength;
    matrix(writer, "token_embd", width, vocabulary, 1);
    vector(writer, "output_norm.weight", width, 1);
    if (!tied) {
      matrix(writer, "output", width, vocabulary, 1 / Math.sqrt(width));
    }
    if (ropeFactors.length != 0) {
      writer.floats("rope_freqs.weight", new long[] {ropeFactors.length}, ropeFactors);
    }
    for (int i = 0; i < blocks; i++) {
      String block = "blk." + i + ".";
      vector(writer, block + "attn_norm.weight", width, 1);
      matrix(writer, block + "attn_q", width, heads * keyLength, 1.5 / Math.sqrt(width));
      matrix(writer, block + "attn_k", width, kvHeads * keyLength, 1.5 / Math.sqrt(width));
      matrix(writer, block + "attn_v", width, kvHeads * valueRows, 1 / Math.sqrt(width));
      int attended = heads * valueRows;
      matrix(writer, block + "attn_output", attended, width, 1 / Math.sqrt(attended));
      vector(writer, block + "ffn_norm.weight", width, 1);
      matrix(writer, block + "ffn_gate", width, feedForward, 1 / Math.sqrt(width));
      matrix(writer, block + "ffn_up", width, feedForward, 1 / Math.sqrt(width));
      matrix(writer, block + "ffn_down", feedForward, width, 1 / Math.sqrt(feedForward));
    }
  }

  private void matrix(GgufWriter writer, String name, int cols, int rows, double deviation) {
    ByteBuffer out =
        ByteBuffer.allocate(rows * (cols / type.blockElements()) * type.blockBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      block(out, deviation);
    }
    writer.tensor(name + ".weight", type, new long[] {cols, rows}, out.array());
    if (biases && !name.equals("token_embd") && !name.equals("output")) {
      vector(writer, name + ".bias", rows, 0);
    }
  }

  /** One block of weights around 0, of about that standard deviation. */
  private void block(ByteBuffer out, double deviation) {
    double quantum = deviation * (0.75 + random.nextDouble() / 2);
    switch (type) {
      case F32 -> out.putFloat((float) gaussian(deviation));
      case F16 -> out.putShort(half(gaussian(deviation)));
      case BF16 ->
          out.putShort((short) (Float.floatToRawIntBits((float) gaussian(deviation)) >>> 16));
      case Q8_0 -> bytes(out.putShort(half(quantum / 73)), 32);
      case Q4_0 -> bytes(out.putShort(half(quantum / 4.6)), 16);
      case Q4_1 ->
          bytes(out.putShort(half(quantum / 4.6)).putShort(half(-7.5 * quantum / 4.6)), 16);
      case Q4_K -> {
        out.putShort(half(quantum / 4.6 / 40)).putShort(half(7.5 * quantum / 4.6 / 40));
        subScales(out);
        bytes(out, 128);
      }
      case Q5_K -> {
        out.putShort(half(quantum / 9.2 / 40)).putShort(half(15.5 * quantum / 9.2 / 40));
        subScales(out);
        bytes(out, 160);
      }
      case Q6_K -> {
        bytes(out, 192);
        for (int i = 0; i < 16; i++) {
          int scale = 64 + random.nextInt(64);
          out.put((byte) (random.nextBoolean() ? scale : -scale));
        }
        out.putShort(half(quantum / 18.5 / 96));
      }
    }
  }

  /** Eight 6-bit scales and the same eight as mins, packed as K-quants pack them. */
  private void subScales(ByteBuffer out) {
    int[] s = new int[8];
    for (int i = 0; i < 8; i++) {
      s[i] = 17 + random.nextInt(47);
    }
    for (int part = 0; part < 2; part++) {
      for (int i = 0; i < 4; i++) {
        out.put((byte) (s[i] | (s[i + 4] >> 4) << 6));
      }
    }
    for (int i = 0; i < 4; i++) {
      out.put((byte) ((s[i + 4] & 15) | (s[i + 4] & 15) << 4));
    }
  }

  private void bytes(ByteBuffer out, int count) {
    for (int i = 0; i < count; i++) {
      out.put((byte) random.nextInt(256));
    }
  }

  private void vector(GgufWriter writer, String name, int length, double around) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (around + gaussian(0.2));
    }
    writer.floats(name, new long[] {length}, values);
  }

  private double gaussian(double deviation) {
    return random.nextGaussian() * deviation;
  }

  private static short half(double value) {
    return Float.floatToFloat16((float) value);
  }
}
