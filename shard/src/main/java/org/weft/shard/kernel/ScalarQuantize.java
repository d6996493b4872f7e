package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** The definition of int8 activations: blocks of 32, ties to even. */
final class ScalarQuantize {
  /** Blocks whose largest magnitude is below this are zero. */
  static final float TINY = 0x1p-100f;

  static void row(Activations x, int row, int fromCol, int toCol) {
    MemorySegment values = x.values();
    long first = (long) row * x.cols();
    for (int col = fromCol; col < toCol; col += Activations.BLOCK) {
      float amax = 0;
      for (int i = 0; i < Activations.BLOCK; i++) {
        amax = Math.max(amax, Math.abs(values.getAtIndex(JAVA_FLOAT, first + col + i)));
      }
      boolean zero = amax < TINY;
      float scale = zero ? 0f : amax / 127f;
      float inverse = zero ? 0f : 127f / amax;
      int sum = 0;
      for (int i = 0; i < Activations.BLOCK; i++) {
        long k = first + col + i;
        int q = (int) Math.rint(values.getAtIndex(JAVA_FLOAT, k) * inverse);
        x.pairs().setAtIndex(JAVA_SHORT, Activations.pairIndex(k), (short) q);
        x.integers().setAtIndex(JAVA_FLOAT, k, q);
        sum += q;
      }
      long block = (long) row * x.blocks() + col / Activations.BLOCK;
      x.scales().setAtIndex(JAVA_FLOAT, block, scale);
      x.sums().setAtIndex(JAVA_INT, block, sum);
      x.scaledSums().setAtIndex(JAVA_FLOAT, block, scale * (float) sum);
    }
  }

  private ScalarQuantize() {}
}
