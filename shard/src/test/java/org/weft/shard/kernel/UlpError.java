package org.weft.shard.kernel;

import java.util.function.DoubleUnaryOperator;

/**
 * The largest error of our elementary functions in ulp of the result, against double references.
 * With a stride of 1 (arguments of {@link #main}) every float is tried: about two minutes.
 */
final class UlpError {
  /** A function of f32. */
  interface FloatFunction {
    float apply(float x);
  }

  /** The largest error over every {@code stride}th float of both signs, and where it is. */
  static Worst worst(FloatFunction function, DoubleUnaryOperator reference, int stride) {
    double worst = 0;
    float at = 0;
    long end = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    for (long bits = 0; bits <= end; bits += stride) {
      float x = Float.intBitsToFloat((int) bits);
      double up = error(function.apply(x), reference.applyAsDouble(x));
      double down = error(function.apply(-x), reference.applyAsDouble(-x));
      if (Math.max(up, down) > worst) {
        worst = Math.max(up, down);
        at = up > down ? x : -x;
      }
    }
    return new Worst(worst, at);
  }

  private static double error(float got, double want) {
    float rounded = (float) want;
    if (got == rounded) {
      return Float.isInfinite(rounded) ? 0 : Math.abs(got - want) / Math.ulp(rounded);
    }
    if (Float.isInfinite(got) || Float.isInfinite(rounded) || Float.isNaN(got)) {
      return Double.POSITIVE_INFINITY;
    }
    return Math.abs(got - want) / Math.ulp(rounded);
  }

  /** erf by the series with positive terms, good to about 1e-15 where it does not round to 1. */
  static double erf(double x) {
    double a = Math.abs(x);
    if (a > 6) {
      return Math.copySign(1, x);
    }
    double term = a;
    double sum = a;
    for (int n = 1; term > sum * 1e-18; n++) {
      term *= 2 * a * a / (2 * n + 1);
      sum += term;
    }
    return Math.copySign(2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum, x);
  }

  /** An error in ulp and its argument. */
  record Worst(double ulp, float at) {}

  public static void main(String[] args) {
    int stride = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    System.out.println("exp  " + worst(CanonicalMath::exp, StrictMath::exp, stride));
    System.out.println("tanh " + worst(CanonicalMath::tanh, StrictMath::tanh, stride));
    System.out.println("erf  " + worst(CanonicalMath::erf, UlpError::erf, stride));
  }

  private UlpError() {}
}
