package org.weft.shard.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.weft.shard.gguf.TensorType;

/**
 * Exact values of GGUF tensors in double, straight from ggml's definitions and sharing nothing with
 * the code under test.
 */
final class Dequantizer {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment data;

  private Dequantizer(MemorySegment data) {
    this.data = data;
  }

  static double[] values(TensorType type, MemorySegment data, int count) {
    Dequantizer bytes = new Dequantizer(data);
    double[] out = new double[count];
    for (int block = 0; block < count / type.blockElements(); block++) {
      bytes.block(type, (long) block * type.blockBytes(), out, block * type.blockElements());
    }
    return out;
  }

  private void block(TensorType type, long at, double[] out, int to) {
    switch (type) {
      case F32 -> out[to] = Float.intBitsToFloat(data.get(INT, at));
      case F16 -> out[to] = half(at);
      case BF16 -> out[to] = Float.intBitsToFloat(data.get(SHORT, at) << 16);
      case Q8_0 -> {
        for (int i = 0; i < 32; i++) {
          out[to + i] = half(at) * signed(at + 2 + i);
        }
      }
      case Q4_0 -> {
        for (int i = 0; i < 16; i++) {
          out[to + i] = half(at) * ((unsigned(at + 2 + i) & 15) - 8);
          out[to + 16 + i] = half(at) * ((unsigned(at + 2 + i) >> 4) - 8);
        }
      }
      case Q4_1 -> {
        for (int i = 0; i < 16; i++) {
          out[to + i] = half(at) * (unsigned(at + 4 + i) & 15) + half(at + 2);
          out[to + 16 + i] = half(at) * (unsigned(at + 4 + i) >> 4) + half(at + 2);
        }
      }
      case Q4_K -> k45(at, at + 16, -1, out, to);
      case Q5_K -> k45(at, at + 48, at + 16, out, to);
      case Q6_K -> k6(at, out, to);
    }
  }

  /** Q4_K, and Q5_K where {@code high} says where the fifth bits stand. */
  private void k45(long at, long quants, long high, double[] out, int to) {
    for (int sub = 0; sub < 8; sub++) {
      double scale = half(at) * subScale(at + 4, sub);
      double min = half(at + 2) * subMin(at + 4, sub);
      for (int i = 0; i < 32; i++) {
        int pair = unsigned(quants + (sub / 2) * 32 + i);
        int q = sub % 2 == 0 ? pair & 15 : pair >> 4;
        if (high >= 0 && (unsigned(high + i) >> sub & 1) != 0) {
          q += 16;
        }
        out[to + sub * 32 + i] = scale * q - min;
      }
    }
  }

  private int subScale(long at, int j) {
    return j < 4
        ? unsigned(at + j) & 63
        : (unsigned(at + j + 4) & 15) | (unsigned(at + j - 4) >> 6) << 4;
  }

  private int subMin(long at, int j) {
    return j < 4
        ? unsigned(at + j + 4) & 63
        : (unsigned(at + j + 4) >> 4) | (unsigned(at + j) >> 6) << 4;
  }

  private void k6(long at, double[] out, int to) {
    double d = half(at + 208);
    for (int i = 0; i < 256; i++) {
      int half = i / 128;
      int quarter = i % 128 / 32;
      int lane = i % 32;
      int low = unsigned(at + half * 64 + (quarter % 2) * 32 + lane);
      low = quarter < 2 ? low & 15 : low >> 4;
      int high = unsigned(at + 128 + half * 32 + lane) >> 2 * quarter & 3;
      out[to + i] = d * signed(at + 192 + i / 16) * ((low | high << 4) - 32);
    }
  }

  private double half(long at) {
    return Float.float16ToFloat(data.get(SHORT, at));
  }

  private int signed(long at) {
    return data.get(ValueLayout.JAVA_BYTE, at);
  }

  private int unsigned(long at) {
    return data.get(ValueLayout.JAVA_BYTE, at) & 255;
  }
}
