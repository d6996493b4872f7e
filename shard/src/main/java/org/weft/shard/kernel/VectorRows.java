package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.LE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Norms and what goes element by element, in lanes; a rest below one vector goes one by one. */
final class VectorRows {
  static final int STRIPES = 16;
  private static final ThreadLocal<float[]> OWN = ThreadLocal.withInitial(() -> new float[STRIPES]);

  /** Elements that go through the buffer at once. */
  private static final int CHUNK = 256;

  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(4L * CHUNK, 64));

  static void rms(
      MemorySegment x,
      long xOffset,
      MemorySegment weight,
      int n,
      float eps,
      MemorySegment out,
      long outOffset) {
    float[] stripes = OWN.get();
    int whole = n / STRIPES * STRIPES;
    for (int part = 0; part < STRIPES; part += COUNT) {
      squares(x, xOffset, whole, part, stripes);
    }
    for (int i = whole; i < n; i++) {
      float v = x.getAtIndex(JAVA_FLOAT, xOffset + i);
      stripes[i - whole] = Math.fma(v, v, stripes[i - whole]);
    }
    float r = Norms.inverseRoot(ScalarRows.foldStripes(stripes), n, eps);
    int bound = FLOATS.loopBound(n);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector.fromMemorySegment(FLOATS, x, 4 * (xOffset + i), LE)
          .mul(r)
          .mul(FloatVector.fromMemorySegment(FLOATS, weight, 4L * i, LE))
          .intoMemorySegment(out, 4 * (outOffset + i), LE);
    }
    for (int i = bound; i < n; i++) {
      float v = x.getAtIndex(JAVA_FLOAT, xOffset + i) * r;
      out.setAtIndex(JAVA_FLOAT, outOffset + i, v * weight.getAtIndex(JAVA_FLOAT, i));
    }
  }

  private static void squares(MemorySegment x, long xOffset, int whole, int part, float[] stripes) {
    FloatVector acc = FloatVector.zero(FLOATS);
    for (int i = part; i < whole; i += STRIPES) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, 4 * (xOffset + i), LE);
      acc = v.fma(v, acc);
    }
    acc.intoArray(stripes, part);
  }

  /** The sum of x[from, to), 16 | from, 16 | to, in 16 stripes. */
  static float sum(MemorySegment x, long from, long to) {
    float[] stripes = OWN.get();
    int count = (int) (to - from);
    for (int part = 0; part < STRIPES; part += COUNT) {
      sums(x, from, count, part, stripes);
    }
    return ScalarRows.foldStripes(stripes);
  }

  private static void sums(MemorySegment x, long from, int count, int part, float[] stripes) {
    FloatVector acc = FloatVector.zero(FLOATS);
    for (int i = part; i < count; i += STRIPES) {
      acc = FloatVector.fromMemorySegment(FLOATS, x, 4 * (from + i), LE).add(acc);
    }
    acc.intoArray(stripes, part);
  }

  static void siluMultiply(
      MemorySegment gate,
      long gateOffset,
      MemorySegment up,
      long upOffset,
      int n,
      MemorySegment out,
      long outOffset) {
    MemorySegment powers = BUFFER.get();
    for (int i = 0; i < n; i += CHUNK) {
      int count = Math.min(CHUNK, n - i);
      VectorMath.exp(gate, gateOffset + i, -1f, 0f, count, powers, 0);
      gated(gate, gateOffset + i, up, upOffset + i, count, powers, out, outOffset + i);
    }
  }

  private static void gated(
      MemorySegment gate,
      long gateOffset,
      MemorySegment up,
      long upOffset,
      int n,
      MemorySegment powers,
      MemorySegment out,
      long outOffset) {
    int bound = FLOATS.loopBound(n);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector e = FloatVector.fromMemorySegment(FLOATS, powers, 4L * i, LE);
      FloatVector.fromMemorySegment(FLOATS, gate, 4 * (gateOffset + i), LE)
          .div(e.add(1f))
          .mul(FloatVector.fromMemorySegment(FLOATS, up, 4 * (upOffset + i), LE))
          .intoMemorySegment(out, 4 * (outOffset + i), LE);
    }
    for (int i = bound; i < n; i++) {
      float e = powers.getAtIndex(JAVA_FLOAT, i);
      float v = gate.getAtIndex(JAVA_FLOAT, gateOffset + i) / (1f + e);
      out.setAtIndex(JAVA_FLOAT, outOffset + i, v * up.getAtIndex(JAVA_FLOAT, upOffset + i));
    }
  }

  static void softCap(MemorySegment x, long offset, int n, float cap) {
    MemorySegment buffer = BUFFER.get();
    for (int i = 0; i < n; i += CHUNK) {
      int count = Math.min(CHUNK, n - i);
      for (int j = 0; j < count; j++) {
        float v = x.getAtIndex(JAVA_FLOAT, offset + i + j);
        x.setAtIndex(JAVA_FLOAT, offset + i + j, v / cap);
      }
      VectorMath.tanh(x, offset + i, count, buffer, 0);
      for (int j = 0; j < count; j++) {
        x.setAtIndex(JAVA_FLOAT, offset + i + j, cap * buffer.getAtIndex(JAVA_FLOAT, j));
      }
    }
  }

  static void add(MemorySegment into, long intoOffset, MemorySegment x, long xOffset, int n) {
    int bound = FLOATS.loopBound(n);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector.fromMemorySegment(FLOATS, into, 4 * (intoOffset + i), LE)
          .add(FloatVector.fromMemorySegment(FLOATS, x, 4 * (xOffset + i), LE))
          .intoMemorySegment(into, 4 * (intoOffset + i), LE);
    }
    ScalarRows.add(into, intoOffset + bound, x, xOffset + bound, n - bound);
  }

  static boolean finite(MemorySegment x, long offset, int n) {
    int bound = FLOATS.loopBound(n);
    FloatVector zeros = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += COUNT) {
      // x · 0 is a zero, and NaN where x is NaN or infinite; NaN stays in the sum.
      zeros = FloatVector.fromMemorySegment(FLOATS, x, 4 * (offset + i), LE).mul(0f).add(zeros);
    }
    return !Float.isNaN(zeros.reduceLanes(VectorOperators.ADD))
        && ScalarRows.finite(x, offset + bound, n - bound);
  }

  /** x · factor over [from, to) in place, and the largest of the results. */
  static float scaleAndMax(MemorySegment x, long from, int n, float factor) {
    int bound = FLOATS.loopBound(n);
    FloatVector most = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, 4 * (from + i), LE).mul(factor);
      v.intoMemorySegment(x, 4 * (from + i), LE);
      most = v.max(most);
    }
    float max = most.reduceLanes(VectorOperators.MAX);
    for (int i = bound; i < n; i++) {
      float v = x.getAtIndex(JAVA_FLOAT, from + i) * factor;
      x.setAtIndex(JAVA_FLOAT, from + i, v);
      max = Math.max(max, v);
    }
    return max;
  }

  private VectorRows() {}
}
