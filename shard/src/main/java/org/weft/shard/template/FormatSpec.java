package org.weft.shard.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's format specifications, {@code [[fill]align][sign][#][0][width][,][.precision][type]}.
 */
record FormatSpec(
    String fill,
    char align,
    char sign,
    boolean alternate,
    int width,
    char grouping,
    int precision,
    char type) {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,7})?([,_])?(?:\\.(\\d{1,4}))?([a-zA-Z%])?",
          Pattern.DOTALL);

  static FormatSpec of(String spec) {
    Matcher matcher = SYNTAX.matcher(spec);
    if (!matcher.matches()) {
      throw new Failure("Invalid format specifier " + PythonText.repr(spec));
    }
    boolean zero = matcher.group(5) != null;
    char align = matcher.group(2) == null ? (zero ? '=' : 0) : matcher.group(2).charAt(0);
    String fill = matcher.group(1) != null ? matcher.group(1) : zero ? "0" : " ";
    return new FormatSpec(
        fill,
        align,
        first(matcher.group(3)),
        matcher.group(4) != null,
        number(matcher.group(6), 0),
        first(matcher.group(7)),
        number(matcher.group(8), -1),
        first(matcher.group(9)));
  }

  private static char first(@org.jspecify.annotations.Nullable String text) {
    return text == null ? 0 : text.charAt(0);
  }

  private static int number(@org.jspecify.annotations.Nullable String text, int fallback) {
    return text == null ? fallback : Integer.parseInt(text);
  }

  String format(Object value, Budget budget) {
    if (value instanceof Undefined undefined && (type != 0 || width > 0)) {
      throw undefined.failure();
    }
    budget.make(width);
    if (value instanceof Boolean && type == 0) {
      return pad("", PythonText.str(value), '<', budget);
    }
    if (!Numbers.isNumber(value)) {
      if (type != 0 && type != 's') {
        throw unknown(value);
      }
      String text = PythonText.str(value);
      boolean cut = precision >= 0 && precision < CodePoints.length(text);
      return pad("", cut ? CodePoints.substring(text, 0, precision) : text, '<', budget);
    }
    boolean real = value instanceof Double || "eEfFgG%".indexOf(type) >= 0 && type != 0;
    String digits = real ? real(Numbers.real(value)) : integer(value);
    boolean minus = digits.startsWith("-");
    String shown = minus ? "-" : sign == '+' || sign == ' ' ? String.valueOf(sign) : "";
    return pad(shown, minus ? digits.substring(1) : digits, '>', budget);
  }

  private String integer(Object value) {
    String digits =
        switch (type) {
          case 0, 'd', 'n', 'i', 'u' -> group(Numbers.big(value).toString(), 3);
          case 'b' -> prefixed("0b", Numbers.big(value).toString(2));
          case 'o' -> prefixed("0o", Numbers.big(value).toString(8));
          case 'x' -> prefixed("0x", Numbers.big(value).toString(16));
          case 'X' -> prefixed("0X", Numbers.big(value).toString(16).toUpperCase(Locale.ROOT));
          case 'c' -> Character.toString(Math.clamp(Numbers.index(value), 0, 0x10FFFF));
          default -> throw unknown(value);
        };
    return digits;
  }

  private String prefixed(String prefix, String digits) {
    if (!alternate) {
      return digits;
    }
    return digits.startsWith("-") ? "-" + prefix + digits.substring(1) : prefix + digits;
  }

  private String real(double value) {
    if (!Double.isFinite(value)) {
      String text = PythonText.real(value) + (type == '%' ? "%" : "");
      return Character.isUpperCase(type) ? text.toUpperCase(Locale.ROOT) : text;
    }
    int digits = precision < 0 ? 6 : precision;
    return switch (type) {
      case 'f', 'F' -> group(fixed(value, digits), 3);
      case '%' -> group(fixed(value * 100, digits), 3) + "%";
      case 'e' -> scientific(value, digits);
      case 'E' -> scientific(value, digits).toUpperCase(Locale.ROOT);
      case 'g', 'n' -> group(general(value, Math.max(1, digits)), 3);
      case 'G' -> general(value, Math.max(1, digits)).toUpperCase(Locale.ROOT);
      case 0 ->
          group(precision < 0 ? PythonText.real(value) : general(value, Math.max(1, digits)), 3);
      default -> throw unknown(value);
    };
  }

  private static String sign(double value) {
    return value < 0 || (value == 0 && 1 / value < 0) ? "-" : "";
  }

  private static String fixed(double value, int digits) {
    BigDecimal exact = new BigDecimal(Math.abs(value)).setScale(digits, RoundingMode.HALF_EVEN);
    return sign(value) + exact.toPlainString();
  }

  private static String scientific(double value, int digits) {
    BigDecimal exact =
        new BigDecimal(Math.abs(value)).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
    String all = exact.unscaledValue().toString();
    int exponent = value == 0 ? 0 : all.length() - exact.scale() - 1;
    StringBuilder padded = new StringBuilder(all);
    while (padded.length() < digits + 1) {
      padded.append('0');
    }
    padded.setLength(digits + 1);
    String fraction = digits > 0 ? "." + padded.substring(1) : "";
    String power = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
    return sign(value) + padded.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + power;
  }

  private String general(double value, int digits) {
    if (value == 0) {
      return sign(value) + "0";
    }
    String science = scientific(value, digits - 1);
    int at = science.indexOf('e');
    int exponent = Integer.parseInt(science.substring(at + 1));
    boolean plain = exponent >= -4 && exponent < digits;
    String text = plain ? fixed(value, digits - 1 - exponent) : science.substring(0, at);
    if (!alternate && text.indexOf('.') >= 0) {
      text = text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }
    return plain ? text : text + science.substring(at);
  }

  private String group(String digits, int size) {
    if (grouping == 0) {
      return digits;
    }
    int start = digits.startsWith("-") ? 1 : 0;
    int end = start;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    StringBuilder grouped = new StringBuilder(digits);
    for (int i = end - size; i > start; i -= size) {
      grouped.insert(i, grouping);
    }
    return grouped.toString();
  }

  private String pad(String shownSign, String text, char usual, Budget budget) {
    char side = align == 0 || (align == '=' && usual == '<') ? usual : align;
    long length = CodePoints.length(text) + shownSign.length();
    long missing = width - length;
    budget.make(text.length());
    if (missing <= 0) {
      return shownSign + text;
    }
    long left = side == '<' ? 0 : side == '^' ? missing / 2 : missing;
    String before = fill.repeat((int) left);
    String after = fill.repeat((int) (missing - left));
    return side == '=' ? shownSign + before + text : before + shownSign + text + after;
  }

  private Failure unknown(Object value) {
    return new Failure(
        "Unknown format code '" + type + "' for object of type '" + Values.typeName(value) + "'");
  }
}
