package org.weft.shard.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/** Values written as Python's str and repr write them. */
final class PythonText {
  private static final int MOST_DEPTH = 200;
  private static final int MOST_CHARS = 32 << 20;

  static String str(Object value) {
    return value instanceof String text ? text : value instanceof Undefined ? "" : repr(value);
  }

  static String repr(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out, 0);
    return out.toString();
  }

  /** A float as Python's repr writes it: the shortest digits that read back as the same. */
  static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal decimal = shortest(value);
    String digits = decimal.unscaledValue().abs().toString();
    int exponent = digits.length() - decimal.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      String power = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
      return sign + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + power;
    }
    String plain = decimal.abs().toPlainString();
    return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
  }

  /** Java writes two digits at least, even where one reads back as the same: 4.9E-324. */
  private static BigDecimal shortest(double value) {
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (decimal.precision() == 2) {
      BigDecimal one = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
      return one.doubleValue() == value ? one.stripTrailingZeros() : decimal;
    }
    return decimal;
  }

  private static void write(Object value, StringBuilder out, int depth) {
    if (depth > MOST_DEPTH || out.length() > MOST_CHARS) {
      throw new Failure("the value is too large to be written");
    }
    switch (value) {
      case String text -> quote(text, out);
      case None none -> out.append("None");
      case Boolean flag -> out.append(flag ? "True" : "False");
      case Long number -> out.append((long) number);
      case BigInteger number -> out.append(number);
      case Double number -> out.append(real(number));
      case ListValue list -> writeAll(list.items(), "[", "]", out, depth);
      case TupleValue tuple ->
          writeAll(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", out, depth);
      case DictValue dict -> write(dict, out, depth);
      case Undefined undefined -> out.append("Undefined");
      case RangeValue range -> out.append(range.text());
      case DictView view -> writeAll(view.items(), view.typeName() + "([", "])", out, depth);
      case NamespaceValue namespace -> {
        DictValue fields = new DictValue();
        namespace.fields().forEach(fields::put);
        out.append("<Namespace ");
        write(fields, out, depth);
        out.append('>');
      }
      case LoopValue loop -> out.append(loop.text());
      case MacroValue macro -> out.append("<Macro '").append(macro.name()).append("'>");
      default -> out.append('<').append(Values.typeName(value)).append(" object>");
    }
  }

  private static void writeAll(
      List<Object> items, String open, String close, StringBuilder out, int depth) {
    out.append(open);
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : ", ");
      write(items.get(i), out, depth + 1);
    }
    out.append(close);
  }

  private static void write(DictValue dict, StringBuilder out, int depth) {
    out.append('{');
    boolean first = true;
    for (DictValue.Item item : dict.items()) {
      out.append(first ? "" : ", ");
      first = false;
      write(item.key(), out, depth + 1);
      out.append(": ");
      write(item.value(), out, depth + 1);
    }
    out.append('}');
  }

  private static void quote(String text, StringBuilder out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c == quote) {
            out.append('\\').append(quote);
          } else if (printable(c)) {
            out.appendCodePoint(c);
          } else {
            out.append(
                c < 0x100
                    ? "\\x%02x".formatted(c)
                    : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
          }
        }
      }
    }
    out.append(quote);
  }

  /** Python's str.isprintable of one character. */
  static boolean printable(int c) {
    if (c < 0x7F) {
      return c >= ' ';
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private PythonText() {}
}
