package org.weft.shard.template;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Python's numbers: integers that grow, floats, and booleans that count as integers. */
final class Numbers {
  private static final int MOST_BITS = 65_536;

  static boolean isNumber(Object value) {
    return value instanceof Long
        || value instanceof Double
        || value instanceof Boolean
        || value instanceof BigInteger;
  }

  static boolean isInteger(Object value) {
    return isNumber(value) && !(value instanceof Double);
  }

  static BigInteger big(Object value) {
    return switch (value) {
      case Long number -> BigInteger.valueOf(number);
      case Boolean flag -> flag ? BigInteger.ONE : BigInteger.ZERO;
      case BigInteger number -> number;
      default -> throw notInteger(value);
    };
  }

  static double real(Object value) {
    return switch (value) {
      case Double number -> number;
      case Long number -> number;
      case Boolean flag -> flag ? 1 : 0;
      case BigInteger number -> {
        double real = number.doubleValue();
        if (Double.isInfinite(real)) {
          throw new Failure("int too large to convert to float");
        }
        yield real;
      }
      default -> throw new Failure("must be real number, not " + Values.typeName(value));
    };
  }

  /** An integer as an index or count, held to what a Java long holds. */
  static long index(Object value) {
    return switch (value) {
      case Long number -> number;
      case Boolean flag -> flag ? 1 : 0;
      case BigInteger number -> number.signum() < 0 ? Long.MIN_VALUE / 4 : Long.MAX_VALUE / 4;
      case Undefined undefined -> throw undefined.failure();
      default -> throw notInteger(value);
    };
  }

  /** The smallest of our types that holds it. */
  static Object integer(BigInteger value) {
    if (value.bitLength() < 64) {
      return value.longValue();
    }
    if (value.bitLength() > MOST_BITS) {
      throw new Failure("the number has more than " + MOST_BITS + " bits");
    }
    return value;
  }

  static int compare(Object a, Object b) {
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    }
    boolean real = a instanceof Double || b instanceof Double;
    if (!real) {
      return big(a).compareTo(big(b));
    }
    double x = a instanceof Double number ? number : 0;
    double y = b instanceof Double number ? number : 0;
    if (!Double.isFinite(x) || !Double.isFinite(y)) {
      double left = a instanceof Double ? x : 0;
      double right = b instanceof Double ? y : 0;
      // NaN is unequal to all, itself too: any answer but 0.
      return left < right ? -1 : left == right ? 0 : 1;
    }
    return decimal(a).compareTo(decimal(b));
  }

  /** A float to an integer, towards zero. */
  static Object truncate(double value) {
    if (Double.isNaN(value)) {
      throw new Failure("cannot convert float NaN to integer");
    }
    if (Double.isInfinite(value)) {
      throw new Failure("cannot convert float infinity to integer");
    }
    return Math.abs(value) < 9e18
        ? (Object) (long) value
        : integer(new BigDecimal(value).toBigInteger());
  }

  static Object add(Object a, Object b) {
    if (a instanceof Long x && b instanceof Long y) {
      long sum = x + y;
      if (((x ^ sum) & (y ^ sum)) >= 0) {
        return sum;
      }
    }
    return floats(a, b) ? real(a) + real(b) : integer(big(a).add(big(b)));
  }

  static Object subtract(Object a, Object b) {
    return floats(a, b) ? real(a) - real(b) : integer(big(a).subtract(big(b)));
  }

  static Object multiply(Object a, Object b) {
    return floats(a, b) ? real(a) * real(b) : integer(big(a).multiply(big(b)));
  }

  static Object divide(Object a, Object b) {
    if (real(b) == 0) {
      throw new Failure(floats(a, b) ? "float division by zero" : "division by zero");
    }
    return real(a) / real(b);
  }

  static Object floorDivide(Object a, Object b) {
    if (floats(a, b)) {
      double y = real(b);
      if (y == 0) {
        throw new Failure("float floor division by zero");
      }
      double x = real(a);
      double rest = remainder(x, y);
      double quotient = Math.floor((x - rest) / y);
      return (x - rest) / y - quotient > 0.5 ? quotient + 1 : quotient;
    }
    return integer(divideFloor(a, b)[0]);
  }

  static Object modulo(Object a, Object b) {
    if (floats(a, b)) {
      if (real(b) == 0) {
        throw new Failure("float modulo");
      }
      return remainder(real(a), real(b));
    }
    return integer(divideFloor(a, b)[1]);
  }

  static Object power(Object a, Object b) {
    if (floats(a, b) || big(b).signum() < 0) {
      double base = real(a);
      double exponent = real(b);
      if (base == 0 && exponent < 0) {
        throw new Failure("0.0 cannot be raised to a negative power");
      }
      double power = StrictMath.pow(base, exponent);
      if (Double.isInfinite(power) && Double.isFinite(base) && Double.isFinite(exponent)) {
        throw new Failure("(34, 'Numerical result out of range')");
      }
      if (Double.isNaN(power) && !Double.isNaN(base) && !Double.isNaN(exponent)) {
        throw new Failure("complex numbers are not supported");
      }
      return power;
    }
    BigInteger base = big(a);
    BigInteger exponent = big(b);
    if (base.abs().compareTo(BigInteger.ONE) <= 0) {
      return integer(
          base.signum() < 0 && !exponent.testBit(0)
              ? BigInteger.ONE
              : exponent.signum() == 0 ? BigInteger.ONE : base);
    }
    if (exponent.bitLength() > 31
        || (long) base.bitLength() * exponent.longValue() > 2L * MOST_BITS) {
      throw new Failure("the number has more than " + MOST_BITS + " bits");
    }
    return integer(base.pow(exponent.intValue()));
  }

  static Object negate(Object a) {
    return a instanceof Double number ? (Object) (-number) : integer(big(a).negate());
  }

  private static double remainder(double x, double y) {
    double rest = x % y;
    if (rest == 0) {
      return Math.copySign(0.0, y);
    }
    return rest < 0 != y < 0 ? rest + y : rest;
  }

  private static BigInteger[] divideFloor(Object a, Object b) {
    BigInteger divisor = big(b);
    if (divisor.signum() == 0) {
      throw new Failure("integer division or modulo by zero");
    }
    BigInteger[] both = big(a).divideAndRemainder(divisor);
    if (both[1].signum() != 0 && both[1].signum() != divisor.signum()) {
      both[0] = both[0].subtract(BigInteger.ONE);
      both[1] = both[1].add(divisor);
    }
    return both;
  }

  private static boolean floats(Object a, Object b) {
    return a instanceof Double || b instanceof Double;
  }

  private static BigDecimal decimal(Object value) {
    return value instanceof Double number ? new BigDecimal(number) : new BigDecimal(big(value));
  }

  private static Failure notInteger(Object value) {
    return new Failure(
        "'" + Values.typeName(value) + "' object cannot be interpreted as an integer");
  }

  private Numbers() {}
}
