package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** The definitions of norms and of what goes element by element. */
final class ScalarRows {
  static void rms(
      MemorySegment x,
      long xOffset,
      MemorySegment weight,
      int n,
      float eps,
      MemorySegment out,
      long outOffset) {
    float[] stripes = new float[16];
    for (int i = 0; i < n; i++) {
      float v = x.getAtIndex(JAVA_FLOAT, xOffset + i);
      stripes[i % 16] = Math.fma(v, v, stripes[i % 16]);
    }
    float r = Norms.inverseRoot(foldStripes(stripes), n, eps);
    for (int i = 0; i < n; i++) {
      float v = x.getAtIndex(JAVA_FLOAT, xOffset + i) * r;
      out.setAtIndex(JAVA_FLOAT, outOffset + i, v * weight.getAtIndex(JAVA_FLOAT, i));
    }
  }

  /** s[i] += s[i + 8], then + 4, + 2, + 1; spoils the stripes. */
  static float foldStripes(float[] stripes) {
    for (int step = 8; step > 0; step /= 2) {
      for (int i = 0; i < step; i++) {
        stripes[i] += stripes[i + step];
      }
    }
    return stripes[0];
  }

  static void siluMultiply(
      MemorySegment gate,
      long gateOffset,
      MemorySegment up,
      long upOffset,
      int n,
      MemorySegment out,
      long outOffset) {
    for (int i = 0; i < n; i++) {
      float activated = CanonicalMath.silu(gate.getAtIndex(JAVA_FLOAT, gateOffset + i));
      out.setAtIndex(
          JAVA_FLOAT, outOffset + i, activated * up.getAtIndex(JAVA_FLOAT, upOffset + i));
    }
  }

  static void add(MemorySegment into, long intoOffset, MemorySegment x, long xOffset, int n) {
    for (int i = 0; i < n; i++) {
      float sum =
          into.getAtIndex(JAVA_FLOAT, intoOffset + i) + x.getAtIndex(JAVA_FLOAT, xOffset + i);
      into.setAtIndex(JAVA_FLOAT, intoOffset + i, sum);
    }
  }

  static void map(
      Elementwise.Function function,
      MemorySegment x,
      long xOffset,
      int n,
      MemorySegment out,
      long outOffset) {
    for (int i = 0; i < n; i++) {
      float v = x.getAtIndex(JAVA_FLOAT, xOffset + i);
      float mapped =
          switch (function) {
            case EXP -> CanonicalMath.exp(v);
            case TANH -> CanonicalMath.tanh(v);
            case ERF -> CanonicalMath.erf(v);
          };
      out.setAtIndex(JAVA_FLOAT, outOffset + i, mapped);
    }
  }

  static void scale(MemorySegment x, long offset, int n, float factor) {
    for (int i = 0; i < n; i++) {
      x.setAtIndex(JAVA_FLOAT, offset + i, x.getAtIndex(JAVA_FLOAT, offset + i) * factor);
    }
  }

  static void softCap(MemorySegment x, long offset, int n, float cap) {
    for (int i = 0; i < n; i++) {
      float v = x.getAtIndex(JAVA_FLOAT, offset + i);
      x.setAtIndex(JAVA_FLOAT, offset + i, cap * CanonicalMath.tanh(v / cap));
    }
  }

  static boolean finite(MemorySegment x, long offset, int n) {
    boolean finite = true;
    for (int i = 0; i < n; i++) {
      finite &= Float.isFinite(x.getAtIndex(JAVA_FLOAT, offset + i));
    }
    return finite;
  }

  private ScalarRows() {}
}
