package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** The definition of attention of one row. */
final class ScalarAttention {
  static void group(
      Attention attention,
      int kvHead,
      MemorySegment q,
      long queries,
      int position,
      MemorySegment kv,
      MemorySegment pages,
      long keyOffset,
      long valueOffset,
      MemorySegment scratch,
      MemorySegment out,
      long outputs) {
    AttentionShape shape = attention.shape();
    int to = position + 1;
    int from = Math.max(0, to - shape.window());
    for (int g = 0; g < shape.group(); g++) {
      int head = kvHead * shape.group() + g;
      long query = queries + (long) head * shape.headSize();
      for (int p = from; p < to; p++) {
        long page = pages.getAtIndex(JAVA_LONG, p / 32) + keyOffset;
        float score = dot(shape, q, query, kv, page, p % 32) * shape.scale();
        scratch.setAtIndex(JAVA_FLOAT, p - from, score);
      }
      float max = capAndSlope(attention, head, scratch, 0, from, to);
      float total = weights(scratch, from, to, max);
      for (int d = 0; d < shape.headSize(); d++) {
        float sum = values(shape, d, from, to, kv, pages, valueOffset, scratch);
        out.setAtIndex(JAVA_FLOAT, outputs + (long) head * shape.headSize() + d, sum / total);
      }
    }
  }

  /**
   * Soft cap and ALiBi of the scaled scores of positions [from, to), which stand at element {@code
   * at}; returns the largest.
   */
  static float capAndSlope(
      Attention attention, int head, MemorySegment scores, long at, int from, int to) {
    float cap = attention.shape().softCap();
    float max = Float.NEGATIVE_INFINITY;
    for (int p = from; p < to; p++) {
      float score = scores.getAtIndex(JAVA_FLOAT, at + p - from);
      if (cap != 0) {
        score = cap * CanonicalMath.tanh(score / cap);
      }
      if (attention.alibi()) {
        score += attention.slope(head) * (p - (to - 1));
      }
      scores.setAtIndex(JAVA_FLOAT, at + p - from, score);
      max = Math.max(max, score);
    }
    return max;
  }

  private static float dot(
      AttentionShape shape, MemorySegment q, long query, MemorySegment kv, long page, int slot) {
    float sum = 0;
    for (int d = 0; d < shape.headSize(); d++) {
      sum = Math.fma(q.getAtIndex(JAVA_FLOAT, query + d), key(shape, kv, page, slot, d), sum);
    }
    return sum;
  }

  /** Scores become weights; their sum in 16 stripes by position, cut at multiples of 256. */
  private static float weights(MemorySegment scratch, int from, int to, float max) {
    float total = 0;
    for (int start = from; start < to; ) {
      int end = Math.min(to, (start / Attention.PIECE + 1) * Attention.PIECE);
      float[] stripes = new float[16];
      for (int p = start; p < end; p++) {
        float weight = CanonicalMath.exp(scratch.getAtIndex(JAVA_FLOAT, p - from) - max);
        scratch.setAtIndex(JAVA_FLOAT, p - from, weight);
        stripes[p % 16] += weight;
      }
      float piece = ScalarRows.foldStripes(stripes);
      total = start == from ? piece : total + piece;
      start = end;
    }
    return total;
  }

  /** One channel of the weighted sum, positions ascending, cut at multiples of 256. */
  private static float values(
      AttentionShape shape,
      int d,
      int from,
      int to,
      MemorySegment kv,
      MemorySegment pages,
      long valueOffset,
      MemorySegment scratch) {
    float total = 0;
    for (int start = from; start < to; ) {
      int end = Math.min(to, (start / Attention.PIECE + 1) * Attention.PIECE);
      float piece = 0;
      for (int p = start; p < end; p++) {
        long page = pages.getAtIndex(JAVA_LONG, p / 32) + valueOffset;
        float weight = scratch.getAtIndex(JAVA_FLOAT, p - from);
        piece = Math.fma(weight, value(shape, kv, page, p % 32, d), piece);
      }
      total = start == from ? piece : total + piece;
      start = end;
    }
    return total;
  }

  /** A key as stored; int8 times an f16 scale is exact in f32. */
  private static float key(AttentionShape shape, MemorySegment kv, long page, int slot, int d) {
    return switch (shape.format()) {
      case F16 -> Halves.toFloat(kv.get(JAVA_SHORT, page + 64L * d + 2L * slot));
      case Q8_0 -> {
        long scales = page + shape.format().keyScales(shape.headSize());
        float scale = Halves.toFloat(kv.get(JAVA_SHORT, scales + 64L * (d / 32) + 2L * slot));
        yield kv.get(JAVA_BYTE, page + 32L * d + slot) * scale;
      }
    };
  }

  private static float value(AttentionShape shape, MemorySegment kv, long page, int slot, int d) {
    int padded = KvFormat.padded(shape.headSize());
    return switch (shape.format()) {
      case F16 -> Halves.toFloat(kv.get(JAVA_SHORT, page + 2L * padded * slot + 2L * d));
      case Q8_0 -> {
        int blocks = KvFormat.blocks(shape.headSize());
        long scales = page + shape.format().valueScales(shape.headSize()) + 2L * blocks * slot;
        float scale = Halves.toFloat(kv.get(JAVA_SHORT, scales + 2L * (d / 32)));
        yield kv.get(JAVA_BYTE, page + (long) padded * slot + d) * scale;
      }
    };
  }

  private ScalarAttention() {}
}
