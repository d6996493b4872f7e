package org.weft.shard.template;

import java.util.List;

/** Python's {@code "…%s…" % values}. */
final class PercentFormat {
  private final String format;
  private final Object values;
  private final Budget budget;
  private int used;

  private PercentFormat(String format, Object values, Budget budget) {
    this.format = format;
    this.values = values;
    this.budget = budget;
  }

  /**
   * @param values a tuple for several, a dict for named ones, else the only one
   */
  static String format(String format, Object values, Budget budget) {
    PercentFormat formatter = new PercentFormat(format, values, budget);
    String text = formatter.run();
    boolean all =
        values instanceof DictValue
            || (values instanceof TupleValue tuple
                ? formatter.used == tuple.items().size()
                : formatter.used == 1 || values instanceof ListValue);
    if (!all) {
      throw new Failure("not all arguments converted during string formatting");
    }
    return text;
  }

  private String run() {
    budget.make(format.length());
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
      } else {
        i = conversion(i + 1, out);
      }
    }
    return out.toString();
  }

  /** Writes the conversion after a percent sign; gives the index of its last character. */
  private int conversion(int start, StringBuilder out) {
    int i = start;
    Object named = null;
    if (format.startsWith("(", i)) {
      int close = format.indexOf(')', i);
      if (close < 0 || !(values instanceof DictValue dict)) {
        throw new Failure(close < 0 ? "incomplete format key" : "format requires a mapping");
      }
      String key = format.substring(i + 1, close);
      named = dict.get(key);
      if (named == null) {
        throw new Failure(PythonText.repr(key));
      }
      i = close + 1;
    }
    int flags = i;
    while (i < format.length() && "#0- +".indexOf(format.charAt(i)) >= 0) {
      i++;
    }
    String given = format.substring(flags, i);
    int widthStart = i;
    while (i < format.length() && Character.isDigit(format.charAt(i)) && i - widthStart < 7) {
      i++;
    }
    String width = format.substring(widthStart, i);
    String precision = "";
    if (format.startsWith(".", i)) {
      int from = ++i;
      while (i < format.length() && Character.isDigit(format.charAt(i)) && i - from < 4) {
        i++;
      }
      precision = "." + (from == i ? "0" : format.substring(from, i));
    }
    if (i == format.length()) {
      throw new Failure("incomplete format");
    }
    char type = format.charAt(i);
    if (type == '%') {
      out.append('%');
      return i;
    }
    String text = text(type, named == null ? next() : named, given, width, precision);
    budget.make(text.length());
    out.append(text);
    return i;
  }

  private String text(char type, Object value, String flags, String width, String precision) {
    String side = flags.contains("-") ? "<" : ">";
    switch (type) {
      case 's', 'r', 'a' -> {
        String text = type == 's' ? PythonText.str(value) : PythonText.repr(value);
        return FormatSpec.of(side + width + precision + "s").format(text, budget);
      }
      case 'c' -> {
        String text = value instanceof String one ? one : FormatSpec.of("c").format(value, budget);
        return FormatSpec.of(side + width + "s").format(text, budget);
      }
      case 'd', 'i', 'u', 'x', 'X', 'o', 'e', 'E', 'f', 'F', 'g', 'G' -> {
        if (!Numbers.isNumber(value)) {
          throw new Failure(
              "%" + type + " format: a real number is required, not " + Values.typeName(value));
        }
        boolean whole = "diuxXo".indexOf(type) >= 0;
        Object number =
            whole ? (value instanceof Double real ? Numbers.truncate(real) : value) : value;
        String zero = flags.contains("0") && !flags.contains("-") ? "0" : "";
        String sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        String alternate = flags.contains("#") ? "#" : "";
        String kind = type == 'i' || type == 'u' ? "d" : String.valueOf(type);
        String align = zero.isEmpty() ? side : "";
        return FormatSpec.of(
                align + sign + alternate + zero + width + (whole ? "" : precision) + kind)
            .format(number instanceof Boolean flag ? (Object) (flag ? 1L : 0L) : number, budget);
      }
      default ->
          throw new Failure(
              "unsupported format character " + PythonText.repr(String.valueOf(type)));
    }
  }

  private Object next() {
    List<Object> all = values instanceof TupleValue tuple ? tuple.items() : List.of(values);
    if (used >= all.size()) {
      throw new Failure("not enough arguments for format string");
    }
    return all.get(used++);
  }
}
