package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Normalisation of one row (NUMERICS, "Norms, activations, positions"). Offsets are in elements of
 * f32; the output may be the input.
 */
public final class Norms {
  /**
   * RMSNorm of x[n]: {@code r = 1 / sqrt(sum / n + eps)}, {@code out = (x · r) · weight}, the sum
   * of squares in 16 stripes.
   */
  public static void rms(
      Kernels kernels,
      MemorySegment x,
      long xOffset,
      MemorySegment weight,
      int n,
      float eps,
      MemorySegment out,
      long outOffset) {
    switch (kernels) {
      case SCALAR -> ScalarRows.rms(x, xOffset, weight, n, eps, out, outOffset);
      case VECTOR -> VectorRows.rms(x, xOffset, weight, n, eps, out, outOffset);
    }
  }

  /** 1 / sqrt(sum / n + eps), each step rounded to f32. */
  static float inverseRoot(float sum, int n, float eps) {
    return 1f / (float) Math.sqrt(sum / n + eps);
  }

  private Norms() {}
}
