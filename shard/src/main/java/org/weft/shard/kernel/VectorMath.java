package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link CanonicalMath} over buffers, element by element with the same bits. */
final class VectorMath {
  /** out = exp(x · sign - shift); sign is 1 or -1. Out may be x. */
  static void exp(
      MemorySegment x,
      long xOffset,
      float sign,
      float shift,
      int n,
      MemorySegment out,
      long outOffset) {
    int bound = FLOATS.loopBound(n);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector v =
          FloatVector.fromMemorySegment(FLOATS, x, 4 * (xOffset + i), LE)
              .mul(sign)
              .sub(shift)
              .min(CanonicalMath.EXP_MAX)
              .max(CanonicalMath.EXP_MIN);
      FloatVector count =
          v.mul(CanonicalMath.LOG2_E).add(CanonicalMath.ROUND).sub(CanonicalMath.ROUND);
      FloatVector r = count.fma(FloatVector.broadcast(FLOATS, -CanonicalMath.LN2_HIGH), v);
      r = count.fma(FloatVector.broadcast(FLOATS, -CanonicalMath.LN2_LOW), r);
      FloatVector p = FloatVector.broadcast(FLOATS, CanonicalMath.E6);
      p = p.fma(r, FloatVector.broadcast(FLOATS, CanonicalMath.E5));
      p = p.fma(r, FloatVector.broadcast(FLOATS, CanonicalMath.E4));
      p = p.fma(r, FloatVector.broadcast(FLOATS, CanonicalMath.E3));
      p = p.fma(r, FloatVector.broadcast(FLOATS, CanonicalMath.E2));
      IntVector exponent = (IntVector) count.convert(VectorOperators.F2I, 0);
      IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
      IntVector rest = exponent.sub(half);
      p.mul(r)
          .fma(r, r)
          .add(1f)
          .mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
          .mul(rest.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
          .intoMemorySegment(out, 4 * (outOffset + i), LE);
    }
    for (int i = bound; i < n; i++) {
      float v = CanonicalMath.exp(x.getAtIndex(JAVA_FLOAT, xOffset + i) * sign - shift);
      out.setAtIndex(JAVA_FLOAT, outOffset + i, v);
    }
  }

  /** out = tanh(x); out is not x. */
  static void tanh(MemorySegment x, long xOffset, int n, MemorySegment out, long outOffset) {
    int bound = FLOATS.loopBound(n);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector a = FloatVector.fromMemorySegment(FLOATS, x, 4 * (xOffset + i), LE).abs();
      a.add(a).intoMemorySegment(out, 4 * (outOffset + i), LE);
    }
    exp(out, outOffset, 1f, 0f, bound, out, outOffset);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, 4 * (xOffset + i), LE);
      FloatVector s = v.mul(v);
      FloatVector p = FloatVector.broadcast(FLOATS, CanonicalMath.T5);
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.T4));
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.T3));
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.T2));
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.T1));
      FloatVector near = p.mul(s).fma(v, v);
      FloatVector e = FloatVector.fromMemorySegment(FLOATS, out, 4 * (outOffset + i), LE);
      FloatVector two = FloatVector.broadcast(FLOATS, 2f);
      FloatVector far = FloatVector.broadcast(FLOATS, 1f).sub(two.div(e.add(1f)));
      VectorMask<Float> small = v.abs().compare(VectorOperators.LT, CanonicalMath.TANH_SPLIT);
      withSign(far.blend(near, small), v).intoMemorySegment(out, 4 * (outOffset + i), LE);
    }
    for (int i = bound; i < n; i++) {
      float v = CanonicalMath.tanh(x.getAtIndex(JAVA_FLOAT, xOffset + i));
      out.setAtIndex(JAVA_FLOAT, outOffset + i, v);
    }
  }

  /** out = erf(x); out is not x. */
  static void erf(MemorySegment x, long xOffset, int n, MemorySegment out, long outOffset) {
    int bound = FLOATS.loopBound(n);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector b =
          FloatVector.fromMemorySegment(FLOATS, x, 4 * (xOffset + i), LE)
              .abs()
              .min(CanonicalMath.ERF_MAX);
      FloatVector q = FloatVector.broadcast(FLOATS, CanonicalMath.F6);
      q = q.fma(b, FloatVector.broadcast(FLOATS, CanonicalMath.F5));
      q = q.fma(b, FloatVector.broadcast(FLOATS, CanonicalMath.F4));
      q = q.fma(b, FloatVector.broadcast(FLOATS, CanonicalMath.F3));
      q = q.fma(b, FloatVector.broadcast(FLOATS, CanonicalMath.F2));
      q = q.fma(b, FloatVector.broadcast(FLOATS, CanonicalMath.F1));
      q = q.fma(b, FloatVector.broadcast(FLOATS, CanonicalMath.F0));
      q.fma(b, b.neg()).intoMemorySegment(out, 4 * (outOffset + i), LE);
    }
    exp(out, outOffset, 1f, 0f, bound, out, outOffset);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, 4 * (xOffset + i), LE);
      FloatVector s = v.mul(v);
      FloatVector p = FloatVector.broadcast(FLOATS, CanonicalMath.N6);
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.N5));
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.N4));
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.N3));
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.N2));
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.N1));
      p = p.fma(s, FloatVector.broadcast(FLOATS, CanonicalMath.N0));
      FloatVector near = p.fma(v, v);
      FloatVector e = FloatVector.fromMemorySegment(FLOATS, out, 4 * (outOffset + i), LE);
      FloatVector far = FloatVector.broadcast(FLOATS, 1f).sub(e);
      VectorMask<Float> small = v.abs().compare(VectorOperators.LE, CanonicalMath.ERF_SPLIT);
      withSign(far.blend(near, small), v).intoMemorySegment(out, 4 * (outOffset + i), LE);
    }
    for (int i = bound; i < n; i++) {
      float v = CanonicalMath.erf(x.getAtIndex(JAVA_FLOAT, xOffset + i));
      out.setAtIndex(JAVA_FLOAT, outOffset + i, v);
    }
  }

  private static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
    return magnitude
        .reinterpretAsInts()
        .and(Integer.MAX_VALUE)
        .or(sign.reinterpretAsInts().and(Integer.MIN_VALUE))
        .reinterpretAsFloats();
  }

  private VectorMath() {}
}
