package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.Lanes.FLOATS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products of a tile of weights, two vectors of rows wide, with {@link #TOKENS} rows of activations:
 * 16 sums in registers. Sums stand as [token][two vectors].
 */
final class VectorGemm {
  /** Rows of activations that go together. */
  static final int TOKENS = 8;

  /**
   * The integer sums of one block of 32 columns, exact in f32: tile [32][two vectors], x [32][8]
   * whole numbers.
   */
  static void sums(float[] tile, int tileAt, float[] x, int xAt, float[] sums) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    FloatVector d0 = a0;
    FloatVector d1 = a0;
    FloatVector e0 = a0;
    FloatVector e1 = a0;
    FloatVector f0 = a0;
    FloatVector f1 = a0;
    FloatVector g0 = a0;
    FloatVector g1 = a0;
    FloatVector h0 = a0;
    FloatVector h1 = a0;
    for (int k = 0; k < 32; k++) {
      int w = tileAt + k * 2 * COUNT;
      int i = xAt + k * TOKENS;
      FloatVector w0 = FloatVector.fromArray(FLOATS, tile, w);
      FloatVector w1 = FloatVector.fromArray(FLOATS, tile, w + COUNT);
      FloatVector v = FloatVector.broadcast(FLOATS, x[i]);
      a0 = w0.fma(v, a0);
      a1 = w1.fma(v, a1);
      v = FloatVector.broadcast(FLOATS, x[i + 1]);
      b0 = w0.fma(v, b0);
      b1 = w1.fma(v, b1);
      v = FloatVector.broadcast(FLOATS, x[i + 2]);
      c0 = w0.fma(v, c0);
      c1 = w1.fma(v, c1);
      v = FloatVector.broadcast(FLOATS, x[i + 3]);
      d0 = w0.fma(v, d0);
      d1 = w1.fma(v, d1);
      v = FloatVector.broadcast(FLOATS, x[i + 4]);
      e0 = w0.fma(v, e0);
      e1 = w1.fma(v, e1);
      v = FloatVector.broadcast(FLOATS, x[i + 5]);
      f0 = w0.fma(v, f0);
      f1 = w1.fma(v, f1);
      v = FloatVector.broadcast(FLOATS, x[i + 6]);
      g0 = w0.fma(v, g0);
      g1 = w1.fma(v, g1);
      v = FloatVector.broadcast(FLOATS, x[i + 7]);
      h0 = w0.fma(v, h0);
      h1 = w1.fma(v, h1);
    }
    a0.intoArray(sums, 0);
    a1.intoArray(sums, COUNT);
    b0.intoArray(sums, 2 * COUNT);
    b1.intoArray(sums, 3 * COUNT);
    c0.intoArray(sums, 4 * COUNT);
    c1.intoArray(sums, 5 * COUNT);
    d0.intoArray(sums, 6 * COUNT);
    d1.intoArray(sums, 7 * COUNT);
    e0.intoArray(sums, 8 * COUNT);
    e1.intoArray(sums, 9 * COUNT);
    f0.intoArray(sums, 10 * COUNT);
    f1.intoArray(sums, 11 * COUNT);
    g0.intoArray(sums, 12 * COUNT);
    g1.intoArray(sums, 13 * COUNT);
    h0.intoArray(sums, 14 * COUNT);
    h1.intoArray(sums, 15 * COUNT);
  }

  /** acc = fma(sum, w · d, acc) for one block: scales [two vectors], d [8]. */
  static void accumulate(
      float[] sums, float[] scales, int scaleAt, float[] d, int dAt, float[] acc, int to) {
    FloatVector s0 = FloatVector.fromArray(FLOATS, scales, scaleAt);
    FloatVector s1 = FloatVector.fromArray(FLOATS, scales, scaleAt + COUNT);
    for (int t = 0; t < TOKENS; t++) {
      int i = 2 * COUNT * t;
      float dt = d[dAt + t];
      FloatVector a0 = FloatVector.fromArray(FLOATS, acc, to + i);
      FloatVector a1 = FloatVector.fromArray(FLOATS, acc, to + i + COUNT);
      FloatVector.fromArray(FLOATS, sums, i).fma(s0.mul(dt), a0).intoArray(acc, to + i);
      FloatVector.fromArray(FLOATS, sums, i + COUNT)
          .fma(s1.mul(dt), a1)
          .intoArray(acc, to + i + COUNT);
    }
  }

  /** acc = fma(m, d · Σq, acc), blocks ascending: mins [blocks][two vectors], scaledSums [.][8]. */
  static void mins(float[] mins, int blocks, float[] scaledSums, int at, float[] acc, int to) {
    for (int t = 0; t < TOKENS; t++) {
      int i = to + 2 * COUNT * t;
      FloatVector a0 = FloatVector.fromArray(FLOATS, acc, i);
      FloatVector a1 = FloatVector.fromArray(FLOATS, acc, i + COUNT);
      for (int b = 0; b < blocks; b++) {
        FloatVector v = FloatVector.broadcast(FLOATS, scaledSums[at + 8 * b + t]);
        a0 = FloatVector.fromArray(FLOATS, mins, 2 * COUNT * b).fma(v, a0);
        a1 = FloatVector.fromArray(FLOATS, mins, 2 * COUNT * b + COUNT).fma(v, a1);
      }
      a0.intoArray(acc, i);
      a1.intoArray(acc, i + COUNT);
    }
  }

  /**
   * Unquantised: acc = fma(w, x, acc), columns ascending, over {@code cols} columns of tile; row t
   * of x at byte {@code rows[t]}.
   */
  static void floats(
      float[] tile, int cols, MemorySegment x, long[] rows, long col, float[] acc, int to) {
    long x0 = rows[0] + 4 * col;
    long x1 = rows[1] + 4 * col;
    long x2 = rows[2] + 4 * col;
    long x3 = rows[3] + 4 * col;
    long x4 = rows[4] + 4 * col;
    long x5 = rows[5] + 4 * col;
    long x6 = rows[6] + 4 * col;
    long x7 = rows[7] + 4 * col;
    FloatVector a0 = FloatVector.fromArray(FLOATS, acc, to);
    FloatVector a1 = FloatVector.fromArray(FLOATS, acc, to + COUNT);
    FloatVector b0 = FloatVector.fromArray(FLOATS, acc, to + 2 * COUNT);
    FloatVector b1 = FloatVector.fromArray(FLOATS, acc, to + 3 * COUNT);
    FloatVector c0 = FloatVector.fromArray(FLOATS, acc, to + 4 * COUNT);
    FloatVector c1 = FloatVector.fromArray(FLOATS, acc, to + 5 * COUNT);
    FloatVector d0 = FloatVector.fromArray(FLOATS, acc, to + 6 * COUNT);
    FloatVector d1 = FloatVector.fromArray(FLOATS, acc, to + 7 * COUNT);
    FloatVector e0 = FloatVector.fromArray(FLOATS, acc, to + 8 * COUNT);
    FloatVector e1 = FloatVector.fromArray(FLOATS, acc, to + 9 * COUNT);
    FloatVector f0 = FloatVector.fromArray(FLOATS, acc, to + 10 * COUNT);
    FloatVector f1 = FloatVector.fromArray(FLOATS, acc, to + 11 * COUNT);
    FloatVector g0 = FloatVector.fromArray(FLOATS, acc, to + 12 * COUNT);
    FloatVector g1 = FloatVector.fromArray(FLOATS, acc, to + 13 * COUNT);
    FloatVector h0 = FloatVector.fromArray(FLOATS, acc, to + 14 * COUNT);
    FloatVector h1 = FloatVector.fromArray(FLOATS, acc, to + 15 * COUNT);
    for (int k = 0; k < cols; k++) {
      int w = k * 2 * COUNT;
      long i = 4L * k;
      FloatVector w0 = FloatVector.fromArray(FLOATS, tile, w);
      FloatVector w1 = FloatVector.fromArray(FLOATS, tile, w + COUNT);
      FloatVector v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, x0 + i));
      a0 = w0.fma(v, a0);
      a1 = w1.fma(v, a1);
      v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, x1 + i));
      b0 = w0.fma(v, b0);
      b1 = w1.fma(v, b1);
      v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, x2 + i));
      c0 = w0.fma(v, c0);
      c1 = w1.fma(v, c1);
      v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, x3 + i));
      d0 = w0.fma(v, d0);
      d1 = w1.fma(v, d1);
      v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, x4 + i));
      e0 = w0.fma(v, e0);
      e1 = w1.fma(v, e1);
      v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, x5 + i));
      f0 = w0.fma(v, f0);
      f1 = w1.fma(v, f1);
      v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, x6 + i));
      g0 = w0.fma(v, g0);
      g1 = w1.fma(v, g1);
      v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, x7 + i));
      h0 = w0.fma(v, h0);
      h1 = w1.fma(v, h1);
    }
    a0.intoArray(acc, to);
    a1.intoArray(acc, to + COUNT);
    b0.intoArray(acc, to + 2 * COUNT);
    b1.intoArray(acc, to + 3 * COUNT);
    c0.intoArray(acc, to + 4 * COUNT);
    c1.intoArray(acc, to + 5 * COUNT);
    d0.intoArray(acc, to + 6 * COUNT);
    d1.intoArray(acc, to + 7 * COUNT);
    e0.intoArray(acc, to + 8 * COUNT);
    e1.intoArray(acc, to + 9 * COUNT);
    f0.intoArray(acc, to + 10 * COUNT);
    f1.intoArray(acc, to + 11 * COUNT);
    g0.intoArray(acc, to + 12 * COUNT);
    g1.intoArray(acc, to + 13 * COUNT);
    h0.intoArray(acc, to + 14 * COUNT);
    h1.intoArray(acc, to + 15 * COUNT);
  }

  private VectorGemm() {}
}
