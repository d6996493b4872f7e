package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Element by element over f32 buffers. Offsets and lengths are in elements; results may overwrite
 * an input at the same offset.
 */
public final class Elementwise {
  /** The functions of {@link CanonicalMath} that run over buffers. */
  public enum Function {
    EXP,
    TANH,
    ERF
  }

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
      case SCALAR -> ScalarRows.siluMultiply(gate, gateOffset, up, upOffset, n, out, outOffset);
      case VECTOR -> VectorRows.siluMultiply(gate, gateOffset, up, upOffset, n, out, outOffset);
    }
  }

  /** into = into + x: residuals and biases. */
  public static void add(
      Kernels kernels, MemorySegment into, long intoOffset, MemorySegment x, long xOffset, int n) {
    switch (kernels) {
      case SCALAR -> ScalarRows.add(into, intoOffset, x, xOffset, n);
      case VECTOR -> VectorRows.add(into, intoOffset, x, xOffset, n);
    }
  }

  /** out = function(x), at most 2 ulp off ({@link CanonicalMath}); out is another place than x. */
  public static void map(
      Kernels kernels,
      Function function,
      MemorySegment x,
      long xOffset,
      int n,
      MemorySegment out,
      long outOffset) {
    switch (kernels) {
      case SCALAR -> ScalarRows.map(function, x, xOffset, n, out, outOffset);
      case VECTOR -> {
        switch (function) {
          case EXP -> VectorMath.exp(x, xOffset, 1f, 0f, n, out, outOffset);
          case TANH -> VectorMath.tanh(x, xOffset, n, out, outOffset);
          case ERF -> VectorMath.erf(x, xOffset, n, out, outOffset);
        }
      }
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
      case SCALAR -> ScalarRows.softCap(x, offset, n, cap);
      case VECTOR -> VectorRows.softCap(x, offset, n, cap);
    }
  }

  /** Whether none of x[n] is NaN or infinite. */
  public static boolean finite(Kernels kernels, MemorySegment x, long offset, int n) {
    return switch (kernels) {
      case SCALAR -> ScalarRows.finite(x, offset, n);
      case VECTOR -> VectorRows.finite(x, offset, n);
    };
  }

  private Elementwise() {}
}
