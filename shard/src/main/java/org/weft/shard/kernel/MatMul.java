package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;

/** Canonical products of packed matrices with activations (NUMERICS, "Matrix times vector"). */
public final class MatMul {
  /**
   * y[t, rowOffset…] = w[from, to) · x[t] for every row t of x; y is f32 [x.rows, yStride] and row
   * r of w goes to column r of y. Runs on the calling thread with the family of x; from and to are
   * multiples of 16 or the end. For a quantised w every row of x must have been quantised.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static void rows(
      PackedMatrix w, Activations x, int from, int to, MemorySegment y, int yStride) {
    rows(w, x, from, to, y, 0, yStride);
  }

  /**
   * The same with row r going to column {@code yOffset + r}, as where q, k and v share a buffer.
   */
  public static void rows(
      PackedMatrix w, Activations x, int from, int to, MemorySegment y, long yOffset, int yStride) {
    check(w, x, from, to, y, yOffset, yStride);
    switch (x.kernels()) {
      case SCALAR -> ScalarMatMul.rows(w, x, from, to, y, yOffset, yStride);
      case VECTOR -> VectorMatMul.rows(w, x, from, to, y, yOffset, yStride);
    }
  }

  private static void check(
      PackedMatrix w, Activations x, int from, int to, MemorySegment y, long yOffset, int yStride) {
    boolean range =
        0 <= from
            && from <= to
            && to <= w.rows()
            && from % PackedLayout.PANEL == 0
            && (to % PackedLayout.PANEL == 0 || to == w.rows());
    boolean fits = x.cols() == w.cols() && yOffset >= 0 && yStride >= to - from && !y.isReadOnly();
    if (!range || !fits || y.byteSize() < 4L * ((x.rows() - 1L) * yStride + yOffset + to)) {
      throw new IllegalArgumentException(
          "rows [%d, %d) of %d x %d with inputs %d x %d into %d bytes at %d of stride %d"
              .formatted(
                  from,
                  to,
                  w.rows(),
                  w.cols(),
                  x.rows(),
                  x.cols(),
                  y.byteSize(),
                  yOffset,
                  yStride));
    }
  }

  private MatMul() {}
}
