package org.weft.shard.kernel;

/** IEEE binary16, as caches and scales hold it, and bfloat16. */
public final class Halves {
  /** Largest finite binary16. */
  public static final float MAX = 65504f;

  /** Exact. */
  public static float toFloat(short half) {
    return Float.float16ToFloat(half);
  }

  /** Rounds to nearest even after clamping to ±65504; NaN stays NaN. */
  public static short clamped(float value) {
    return Float.floatToFloat16(Math.max(-MAX, Math.min(MAX, value)));
  }

  /** Exact. */
  public static float bfloatToFloat(short bfloat) {
    return Float.intBitsToFloat(bfloat << 16);
  }

  static boolean finite(short half) {
    return (half & 0x7c00) != 0x7c00;
  }

  static boolean bfloatFinite(short bfloat) {
    return (bfloat & 0x7f80) != 0x7f80;
  }

  private Halves() {}
}
