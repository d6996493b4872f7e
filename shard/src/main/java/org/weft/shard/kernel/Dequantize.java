package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.weft.shard.gguf.TensorType;

/** Rows of a packed matrix as f32, for embeddings and tests: the real value rounded once. */
final class Dequantize {
  static void row(PackedMatrix matrix, int row, MemorySegment into) {
    Objects.checkIndex(row, matrix.rows());
    ScalarWeights weights = new ScalarWeights(matrix);
    switch (matrix.type()) {
      case F32, F16, BF16 -> {
        for (int col = 0; col < matrix.cols(); col++) {
          into.setAtIndex(JAVA_FLOAT, col, weights.weight(row, col));
        }
      }
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K -> {
        for (int col = 0; col < matrix.cols(); col += PackedLayout.BLOCK) {
          block(matrix, weights, row, col, into);
        }
      }
    }
  }

  private static void block(
      PackedMatrix matrix, ScalarWeights weights, int row, int col, MemorySegment into) {
    int segment = col / PackedLayout.SEGMENT;
    int block = col % PackedLayout.SEGMENT / PackedLayout.BLOCK;
    float scale = weights.scale(row, segment, block);
    // Scale and min are exact, so that the fma is the one rounding.
    boolean mins = VectorScales.hasMins(matrix.layout());
    float min = mins ? weights.min(row, segment, block) : 0;
    for (int i = 0; i < PackedLayout.BLOCK; i++) {
      int q = weights.quantum(row, segment, block, i);
      if (matrix.type() == TensorType.Q6_K) {
        q *= weights.sixteenth(row, segment, block, i / 16); // 6 + 8 bits
      }
      // Up to 14 bits are exact; times 11 rounds once.
      into.setAtIndex(JAVA_FLOAT, col + i, mins ? Math.fma((float) q, scale, min) : q * scale);
    }
  }

  private Dequantize() {}
}
