package org.weft.shard.template;

import java.math.BigInteger;
import java.util.Locale;

/**
 * Number literals as Jinja reads them: underscores between digits, binary, octal and hexadecimal.
 */
final class NumberLiteral {
  private static final int MOST_DIGITS = 4300;

  /** Whether the number that begins at {@code i} has a fraction or an exponent. */
  static boolean real(String source, int i) {
    if (i > 0 && source.charAt(i - 1) == '.') {
      return false; // x.1.2 are two subscripts
    }
    int j = digits(source, i, 10);
    int fraction = fraction(source, j);
    return fraction > j || exponent(source, j) > j;
  }

  static int end(String source, int i, boolean real) {
    if (real) {
      return exponent(source, fraction(source, digits(source, i, 10)));
    }
    int base = base(source.substring(i, Math.min(source.length(), i + 2)).toLowerCase(Locale.ROOT));
    if (base != 10) {
      int from = source.startsWith("_", i + 2) ? i + 3 : i + 2;
      int end = digits(source, from, base);
      return end > from ? end : i + 1;
    }
    if (source.charAt(i) == '0') {
      int j = i + 1; // 007 is not a number: only zeros may follow a zero
      while (j < source.length() && (source.charAt(j) == '0' || source.startsWith("_0", j))) {
        j += source.charAt(j) == '0' ? 1 : 2;
      }
      return j;
    }
    return digits(source, i, 10);
  }

  static Object integer(String written, int line) {
    String digits = written.replace("_", "").toLowerCase(Locale.ROOT);
    if (digits.length() > MOST_DIGITS) {
      throw new Failure("a number has more than " + MOST_DIGITS + " digits", line, false);
    }
    int base = base(digits);
    return Numbers.integer(new BigInteger(base == 10 ? digits : digits.substring(2), base));
  }

  /** The base that the prefix of an integer in lower case says; 10 where it has none. */
  static int base(String digits) {
    return digits.startsWith("0x")
        ? 16
        : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
  }

  static Object real(String written) {
    return Double.parseDouble(written.replace("_", ""));
  }

  private static int digits(String source, int i, int base) {
    int j = i;
    while (j < source.length()) {
      char c = source.charAt(j);
      boolean joins =
          c == '_' && j > i && j + 1 < source.length() && digit(source.charAt(j + 1), base);
      if (!joins && !digit(c, base)) {
        break;
      }
      j++;
    }
    return j;
  }

  private static boolean digit(char c, int base) {
    return c < 0x80 && Character.digit(c, base) >= 0;
  }

  private static int fraction(String source, int i) {
    return source.startsWith(".", i) && digits(source, i + 1, 10) > i + 1
        ? digits(source, i + 1, 10)
        : i;
  }

  private static int exponent(String source, int i) {
    if (!source.startsWith("e", i) && !source.startsWith("E", i)) {
      return i;
    }
    int from = source.startsWith("+", i + 1) || source.startsWith("-", i + 1) ? i + 2 : i + 1;
    int end = digits(source, from, 10);
    return end > from ? end : i;
  }

  private NumberLiteral() {}
}
