package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** The definition of the products. */
final class ScalarMatMul {
  static void rows(
      PackedMatrix w, Activations x, int from, int to, MemorySegment y, long yOffset, int yStride) {
    ScalarWeights weights = new ScalarWeights(w);
    for (int t = 0; t < x.rows(); t++) {
      for (int row = from; row < to; row++) {
        y.setAtIndex(JAVA_FLOAT, yOffset + (long) t * yStride + row, dot(w, weights, x, row, t));
      }
    }
  }

  /** Segments of 1024 columns, each from +0, added ascending. */
  private static float dot(
      PackedMatrix w, ScalarWeights weights, Activations x, int row, int token) {
    float sum = 0;
    for (int segment = 0; segment < w.layout().segments(); segment++) {
      float part =
          w.quantized()
              ? blocks(w, weights, x, row, token, segment)
              : floats(w, weights, x, row, token, segment);
      sum = segment == 0 ? part : sum + part;
    }
    return sum;
  }

  private static float floats(
      PackedMatrix w, ScalarWeights weights, Activations x, int row, int token, int segment) {
    int first = segment * PackedLayout.SEGMENT;
    float acc = 0;
    for (int col = first; col < first + w.layout().segmentCols(segment); col++) {
      acc = Math.fma(weights.weight(row, col), x.value(token, col), acc);
    }
    return acc;
  }

  /** All blocks first, then all mins. */
  private static float blocks(
      PackedMatrix w, ScalarWeights weights, Activations x, int row, int token, int segment) {
    int first = segment * (PackedLayout.SEGMENT / PackedLayout.BLOCK);
    int blocks = w.layout().segmentBlocks(segment);
    float acc = 0;
    for (int b = 0; b < blocks; b++) {
      int sum = blockSum(w, weights, x, row, token, segment, b);
      float scale = weights.scale(row, segment, b) * x.scales()[x.groupIndex(token, first + b)];
      acc = Math.fma((float) sum, scale, acc);
    }
    return switch (w.type()) {
      case Q8_0, Q4_0, Q6_K -> acc;
      case Q4_1, Q4_K, Q5_K -> {
        for (int b = 0; b < blocks; b++) {
          acc = Math.fma(weights.min(row, segment, b), x.scaledSums()[x.groupIndex(token, first + b)], acc);
        }
        yield acc;
      }
      case F32, F16, BF16 -> throw new IllegalStateException(w.type().name());
    };
  }

  /** The exact integer sum of a block, below 2^24; 16-wide sub-scales are part of it. */
  private static int blockSum(
      PackedMatrix w,
      ScalarWeights weights,
      Activations x,
      int row,
      int token,
      int segment,
      int block) {
    int first = segment * PackedLayout.SEGMENT + block * PackedLayout.BLOCK;
    int low = 0;
    int high = 0;
    for (int i = 0; i < 16; i++) {
      low += weights.quantum(row, segment, block, i) * x.quantum(token, first + i);
      high += weights.quantum(row, segment, block, i + 16) * x.quantum(token, first + i + 16);
    }
    return switch (w.type()) {
      case Q6_K ->
          low * weights.sixteenth(row, segment, block, 0)
              + high * weights.sixteenth(row, segment, block, 1);
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K -> low + high;
      case F32, F16, BF16 -> throw new IllegalStateException(w.type().name());
    };
  }

  private ScalarMatMul() {}
}
