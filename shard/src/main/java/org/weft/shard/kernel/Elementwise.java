package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Element by element over f32 buffers. Offsets and lengths are in elements; results may overwrite
 * an input at the same offset.
 */
public final class Elementwise {
  /** out = SiLU(gate) · up. */
  public static void siluMultiply(
      Kernels kernels,
      MemorySegment gate,
      long gateOffset,
      MemorySegment up,
      long upOffset,
      int n,
      MemorySegment out,
      long outOffset) {
    switch (kernels) {
      case SCALAR, VECTOR ->
          ScalarRows.siluMultiply(gate, gateOffset, up, upOffset, n, out, outOffset);
    }
  }

  /** into = into + x: residuals and biases. */
  public static void add(
      Kernels kernels, MemorySegment into, long intoOffset, MemorySegment x, long xOffset, int n) {
    switch (kernels) {
      case SCALAR, VECTOR -> ScalarRows.add(into, intoOffset, x, xOffset, n);
    }
  }

  /** x = x · factor: embedding and logit scales. */
  public static void scale(Kernels kernels, MemorySegment x, long offset, int n, float factor) {
    switch (kernels) {
      case SCALAR, VECTOR -> ScalarRows.scale(x, offset, n, factor);
    }
  }

  /** x = cap · tanh(x / cap). */
  public static void softCap(Kernels kernels, MemorySegment x, long offset, int n, float cap) {
    switch (kernels) {
      case SCALAR, VECTOR -> ScalarRows.softCap(x, offset, n, cap);
    }
  }

  /** Whether none of x[n] is NaN or infinite. */
  public static boolean finite(Kernels kernels, MemorySegment x, long offset, int n) {
    return switch (kernels) {
      case SCALAR, VECTOR -> ScalarRows.finite(x, offset, n);
    };
  }

  private Elementwise() {}
}
