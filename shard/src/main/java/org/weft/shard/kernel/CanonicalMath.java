package org.weft.shard.kernel;

/**
 * Elementary functions with one definition for every machine: polynomials and fma in f32, on the
 * whole range, at most 2 ulp ({@code docs/numerics.md} has the coefficients and measured errors).
 * NaN gives NaN. The vector forms give the same bits.
 */
public final class CanonicalMath {
  static final float LOG2_E = 0x1.715476p0f;

  /** Adding and subtracting this rounds |x| &lt; 2^22 to a whole number, ties to even. */
  static final float ROUND = 0x1.8p23f;

  static final float EXP_MIN = -104f;
  static final float EXP_MAX = 89f;

  /** ln 2 in two parts, the first with trailing zeros, so that n times it is exact. */
  static final float LN2_HIGH = 0x1.62e4p-1f;

  static final float LN2_LOW = 0x1.7f7d1cp-20f;

  static final float E6 = 0x1.6a4748p-10f;
  static final float E5 = 0x1.1239a2p-7f;
  static final float E4 = 0x1.5558b6p-5f;
  static final float E3 = 0x1.555492p-3f;
  static final float E2 = 0x1.fffffcp-2f;

  /** e to the x: +infinity above 88.72284, subnormals below -87.33655, +0 below -103.97208. */
  public static float exp(float x) {
    float clamped = Math.max(EXP_MIN, Math.min(EXP_MAX, x));
    float n = (clamped * LOG2_E + ROUND) - ROUND;
    float r = Math.fma(n, -LN2_HIGH, clamped);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(E6, r, E5);
    p = Math.fma(p, r, E4);
    p = Math.fma(p, r, E3);
    p = Math.fma(p, r, E2);
    float y = Math.fma(p * r, r, r) + 1f;
    // Two factors, since 2^n alone leaves the range; only the second product can round.
    int exponent = (int) n;
    int half = exponent >> 1;
    return y * power(half) * power(exponent - half);
  }

  private static float power(int exponent) {
    return Float.intBitsToFloat(exponent + 127 << 23);
  }

  static final float TANH_SPLIT = 0.55f;
  static final float T5 = -0x1.9921ap-8f;
  static final float T4 = 0x1.58e518p-6f;
  static final float T3 = -0x1.b91e7ep-5f;
  static final float T2 = 0x1.110ceep-3f;
  static final float T1 = -0x1.55554ap-2f;

  /** Hyperbolic tangent. */
  public static float tanh(float x) {
    float a = Math.abs(x);
    float s = x * x;
    float p = Math.fma(T5, s, T4);
    p = Math.fma(p, s, T3);
    p = Math.fma(p, s, T2);
    p = Math.fma(p, s, T1);
    float near = Math.fma(p * s, x, x);
    float far = 1f - 2f / (exp(a + a) + 1f);
    return a < TANH_SPLIT ? near : Math.copySign(far, x);
  }

  static final float ERF_SPLIT = 0.9375f;

  /** From here on the result rounds to 1. */
  static final float ERF_MAX = 4f;

  static final float N6 = 0x1.4f8e44p-14f;
  static final float N5 = -0x1.a6126cp-11f;
  static final float N4 = 0x1.544aa8p-8f;
  static final float N3 = -0x1.b80120p-6f;
  static final float N2 = 0x1.ce2d64p-4f;
  static final float N1 = -0x1.812740p-2f;
  static final float N0 = 0x1.06eba8p-3f;
  static final float F6 = -0x1.8ec348p-17f;
  static final float F5 = 0x1.594b9ap-12f;
  static final float F4 = -0x1.e0dd14p-9f;
  static final float F3 = 0x1.86386ep-6f;
  static final float F2 = -0x1.b36802p-4f;
  static final float F1 = -0x1.452d90p-1f;
  static final float F0 = -0x1.077dbcp-3f;

  /** The error function. */
  public static float erf(float x) {
    float a = Math.abs(x);
    float s = x * x;
    float p = Math.fma(N6, s, N5);
    p = Math.fma(p, s, N4);
    p = Math.fma(p, s, N3);
    p = Math.fma(p, s, N2);
    p = Math.fma(p, s, N1);
    p = Math.fma(p, s, N0);
    float near = Math.fma(p, x, x);
    float b = Math.min(a, ERF_MAX);
    float q = Math.fma(F6, b, F5);
    q = Math.fma(q, b, F4);
    q = Math.fma(q, b, F3);
    q = Math.fma(q, b, F2);
    q = Math.fma(q, b, F1);
    q = Math.fma(q, b, F0);
    float far = 1f - exp(Math.fma(q, b, -b));
    return a <= ERF_SPLIT ? near : Math.copySign(far, x);
  }

  /** x / (1 + exp(-x)); -0 where exp(-x) overflows. */
  public static float silu(float x) {
    return x / (1f + exp(-x));
  }

  private CanonicalMath() {}
}
