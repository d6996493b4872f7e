package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;

/** Canonical products of packed matrices with activations (NUMERICS, "Matrix times vector"). */
public final class MatMul {
  /**
   * y[t, rowOffset…] = w[from, to) · x[t] for every row t of x; y is f32 [x.rows, yStride]. Runs on
   * the calling thread; from and to are multiples of 16 or the end.
   */
  public static void rows(
      PackedMatrix w, Activations x, int from, int to, MemorySegment y, int yStride) {
    throw new UnsupportedOperationException("skeleton");
  }

  private MatMul() {}
}
