package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** Rows of a packed matrix as f32, for embeddings and tests: the real value rounded once. */
final class Dequantize {
  static void row(PackedMatrix matrix, int row, MemorySegment into) {
    java.util.Objects.checkIndex(row, matrix.rows());
    ScalarWeights weights = new ScalarWeights(matrix);
    for (int col = 0; col < matrix.cols(); col++) {
      into.setAtIndex(JAVA_FLOAT, col, element(matrix, weights, row, col));
    }
  }

  private static float element(PackedMatrix matrix, ScalarWeights weights, int row, int col) {
    int segment = col / PackedLayout.SEGMENT;
    int block = col % PackedLayout.SEGMENT / PackedLayout.BLOCK;
    int i = col % PackedLayout.BLOCK;
    return switch (matrix.type()) {
      case F32, F16, BF16 -> weights.weight(row, col);
      // 8 bits times 11 fit 24.
      case Q8_0, Q4_0 ->
          weights.quantum(row, segment, block, i) * weights.scale(row, segment, block);
      // Scale and min are exact, so that the fma is the one rounding.
      case Q4_1, Q4_K, Q5_K ->
          Math.fma(
              (float) weights.quantum(row, segment, block, i),
              weights.scale(row, segment, block),
              weights.min(row, segment, block));
      // 6 + 8 bits are exact; times 11 rounds once.
      case Q6_K ->
          (float)
                  (weights.quantum(row, segment, block, i)
                      * weights.sixteenth(row, segment, block, i / 16))
              * weights.scale(row, segment, block);
    };
  }

  private Dequantize() {}
}
