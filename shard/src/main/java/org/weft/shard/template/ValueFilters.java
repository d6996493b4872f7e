package org.weft.shard.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Filters.Filter;

/** Filters of single values and numbers. */
final class ValueFilters {
  static void add(Map<String, Filter> all) {
    all.put("default", ValueFilters::orDefault);
    all.put("d", ValueFilters::orDefault);
    all.put("abs", ValueFilters::absolute);
    all.put("int", ValueFilters::integer);
    all.put("float", ValueFilters::real);
    all.put("round", ValueFilters::round);
    all.put("length", (value, arguments, evaluator) -> Values.length(value));
    all.put("count", (value, arguments, evaluator) -> Values.length(value));
    all.put("filesizeformat", ValueFilters::fileSize);
    all.put(
        "tojson", (value, arguments, evaluator) -> Json.text(value, arguments, evaluator.budget()));
    all.put(
        "pprint",
        (value, arguments, evaluator) -> PythonText.repr(SortedKeys.of(value, evaluator.budget())));
    all.put(
        "attr",
        (value, arguments, evaluator) ->
            evaluator
                .attributes()
                .attributeOnly(value, PythonText.str(arguments.required(0, "name"))));
  }

  private static Object orDefault(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("default", "default_value", "boolean");
    boolean missing =
        value instanceof Undefined || (arguments.flag(1, "boolean", false) && !Values.truth(value));
    return missing ? arguments.get(0, "default_value", "") : value;
  }

  private static Object absolute(Object value, Arguments arguments, Evaluator evaluator) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!Numbers.isNumber(value)) {
      throw new Failure("bad operand type for abs(): '" + Values.typeName(value) + "'");
    }
    return value instanceof Double number
        ? (Object) Math.abs(number)
        : Numbers.integer(Numbers.big(value).abs());
  }

  private static Object integer(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("int", "value", "default", "base");
    Object fallback = arguments.get(0, "default", 0L);
    long base = arguments.integer(1, "base", 10);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (Numbers.isInteger(value)) {
      return Numbers.integer(Numbers.big(value));
    }
    try {
      if (value instanceof Double number) {
        return Numbers.truncate(number);
      }
      if (value instanceof String text) {
        Object parsed = parse(text, base);
        return parsed != null ? parsed : Numbers.truncate(parseReal(text));
      }
      return fallback;
    } catch (Failure | NumberFormatException e) {
      return fallback;
    }
  }

  /**
   * @param base 2 to 36, or 0 for the one that the text's prefix says; nothing is a number in
   *     others
   */
  private static @Nullable Object parse(String text, long base) {
    String bare = CodePoints.strip(text, "", true, true, true);
    boolean minus = bare.startsWith("-");
    String digits =
        (minus || bare.startsWith("+") ? bare.substring(1) : bare)
            .toLowerCase(java.util.Locale.ROOT);
    int prefixed = NumberLiteral.base(digits);
    long radix = base == 0 ? prefixed : base;
    if (radix < Character.MIN_RADIX || radix > Character.MAX_RADIX) {
      return null;
    }
    boolean literal = base == 0 && prefixed == 10;
    if (prefixed != 10 && prefixed == radix) {
      digits = digits.substring(digits.startsWith("_", 2) ? 3 : 2);
    }
    if (digits.length() > 4300
        || !digits.matches("[0-9a-z]+(_[0-9a-z]+)*")
        || (literal && digits.matches("0[0_]*[^0_].*"))) { // 017 could be meant as octal
      return null;
    }
    try {
      BigInteger value = new BigInteger(digits.replace("_", ""), (int) radix);
      return Numbers.integer(minus ? value.negate() : value);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static double parseReal(String text) {
    String bare = CodePoints.strip(text, "", true, true, true).toLowerCase(java.util.Locale.ROOT);
    String unsigned = bare.startsWith("+") || bare.startsWith("-") ? bare.substring(1) : bare;
    double sign = bare.startsWith("-") ? -1 : 1;
    if (unsigned.equals("inf") || unsigned.equals("infinity")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    if (unsigned.equals("nan")) {
      return Double.NaN;
    }
    // Java takes hexadecimal floats and type letters too; Python does not.
    if (unsigned.isEmpty()
        || unsigned.length() > 4300
        || !unsigned.chars().allMatch(c -> "0123456789.e+-_".indexOf(c) >= 0)) {
      throw new NumberFormatException(text);
    }
    return Double.parseDouble(bare.replaceAll("(?<=[0-9])_(?=[0-9])", ""));
  }

  private static Object real(Object value, Arguments arguments, Evaluator evaluator) {
    Object fallback = arguments.check("float", "default").get(0, "default", 0.0);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    try {
      if (Numbers.isNumber(value)) {
        return Numbers.real(value);
      }
      return value instanceof String text ? (Object) parseReal(text) : fallback;
    } catch (NumberFormatException e) {
      return fallback;
    }
  }

  private static Object round(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("round", "precision", "method");
    int digits = Math.clamp(arguments.integer(0, "precision", 0), -400, 400);
    String method = arguments.text(1, "method", "common");
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!Numbers.isNumber(value)) {
      throw new Failure("type " + Values.typeName(value) + " doesn't define __round__ method");
    }
    switch (method) {
      case "common" -> {
        if (value instanceof Double number) {
          if (!Double.isFinite(number)) {
            return number;
          }
          BigDecimal rounded = new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN);
          return Math.copySign(rounded.doubleValue(), number); // a decimal has no -0
        }
        BigInteger whole = Numbers.big(value);
        return digits >= 0
            ? Numbers.integer(whole)
            : Numbers.integer(
                new BigDecimal(whole).setScale(digits, RoundingMode.HALF_EVEN).toBigInteger());
      }
      case "ceil", "floor" -> {
        Object scale = Numbers.power(10L, (long) digits);
        double scaled = Numbers.real(Numbers.multiply(value, scale));
        Object whole =
            Numbers.truncate(method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled));
        return Numbers.divide(whole, scale);
      }
      default -> throw new Failure("method must be common, ceil or floor");
    }
  }

  private static Object fileSize(Object value, Arguments arguments, Evaluator evaluator) {
    boolean binary = arguments.check("filesizeformat", "binary").flag(0, "binary", false);
    Object number = real(value, Arguments.NONE, evaluator);
    double bytes = Numbers.real(number);
    int base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return "1 Byte";
    }
    if (bytes < base) {
      return Numbers.truncate(bytes) + " Bytes";
    }
    String[] units =
        binary
            ? new String[] {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}
            : new String[] {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
    double unit = base;
    int i = 0;
    while (i < units.length - 1 && bytes >= unit * base) {
      unit *= base;
      i++;
    }
    return FormatSpec.of(".1f").format(bytes / unit, evaluator.budget()) + " " + units[i];
  }

  private ValueFilters() {}
}
