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

  static final float E7 = 1f / 5040;
  static final float E6 = 1f / 720;
  static final float E5 = 1f / 120;
  static final float E4 = 1f / 24;
  static final float E3 = 1f / 6;
  static final float E2 = 0.5f;

  /** e to the x: +infinity above 88.72284, subnormals below -87.33655, +0 below -103.97208. */
  public static float exp(float x) {
    float clamped = Math.max(EXP_MIN, Math.min(EXP_MAX, x));
    float n = (clamped * LOG2_E + ROUND) - ROUND;
    float r = Math.fma(n, -LN2_HIGH, clamped);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(E7, r, E6);
    p = Math.fma(p, r, E5);
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

  static final float TANH_SPLIT = 0.625f;
  static final float T5 = -5.70498872745e-3f;
  static final float T4 = 2.06390887954e-2f;
  static final float T3 = -5.37397155531e-2f;
  static final float T2 = 1.33314422036e-1f;
  static final float T1 = -3.33332819422e-1f;

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

  static final float ERF_SPLIT = 0.927734375f;
  static final float F6 = -1.72853470e-5f;
  static final float F5 = 3.83197126e-4f;
  static final float F4 = -3.88396438e-3f;
  static final float F3 = 2.42546219e-2f;
  static final float F2 = -1.06777877e-1f;
  static final float F1 = -6.34846687e-1f;
  static final float F0 = -1.28717512e-1f;
  static final float N5 = -5.96761703e-4f;
  static final float N4 = 4.99119423e-3f;
  static final float N3 = -2.67681349e-2f;
  static final float N2 = 1.12819925e-1f;
  static final float N1 = -3.76125336e-1f;
  static final float N0 = 1.28379166e-1f;

  /** The error function. */
  public static float erf(float x) {
    float a = Math.abs(x);
    float s = x * x;
    float p = Math.fma(N5, s, N4);
    p = Math.fma(p, s, N3);
    p = Math.fma(p, s, N2);
    p = Math.fma(p, s, N1);
    p = Math.fma(p, s, N0);
    float near = Math.fma(p, x, x);
    float b = Math.min(a, 4f);
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
