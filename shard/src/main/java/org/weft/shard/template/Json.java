package org.weft.shard.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's json.dumps, which transformers puts in the place of Jinja's own tojson. */
final class Json {
  private static final int MOST_DEPTH = 200;
  private final StringBuilder out = new StringBuilder();
  private final boolean asciiOnly;
  private final @Nullable String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sortKeys;
  private final Budget budget;

  private Json(Arguments arguments, Budget budget) {
    arguments.check("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    this.budget = budget;
    asciiOnly = arguments.flag(0, "ensure_ascii", false);
    Object step = arguments.get(1, "indent", None.NONE);
    indent =
        step == None.NONE
            ? null
            : step instanceof String text
                ? text
                : " ".repeat(Math.clamp(Numbers.index(step), 0, 1000));
    Object separators = arguments.get(2, "separators", None.NONE);
    if (separators == None.NONE) {
      itemSeparator = indent == null ? ", " : ",";
      keySeparator = ": ";
    } else {
      List<Object> both = Values.items(separators, budget);
      if (both.size() != 2) {
        throw new Failure("separators are an item separator and a key separator");
      }
      itemSeparator = PythonText.str(both.get(0));
      keySeparator = PythonText.str(both.get(1));
    }
    sortKeys = arguments.flag(3, "sort_keys", false);
  }

  static String text(Object value, Arguments arguments, Budget budget) {
    Json json = new Json(arguments, budget);
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(Object value, int depth) {
    budget.step();
    if (depth > MOST_DEPTH) {
      throw new Failure("the value is nested too deep for JSON");
    }
    switch (value) {
      case String text -> quote(text);
      case None none -> append("null");
      case Boolean flag -> append(flag ? "true" : "false");
      case Long number -> append(number.toString());
      case BigInteger number -> append(number.toString());
      case Double number -> append(real(number));
      case ListValue list -> array(list.items(), depth);
      case TupleValue tuple -> array(tuple.items(), depth);
      case DictValue dict -> object(dict, depth);
      default ->
          throw new Failure(
              "Object of type " + Values.typeName(value) + " is not JSON serializable");
    }
  }

  private static String real(double number) {
    return Double.isNaN(number)
        ? "NaN"
        : Double.isInfinite(number)
            ? (number > 0 ? "Infinity" : "-Infinity")
            : PythonText.real(number);
  }

  private void array(List<Object> items, int depth) {
    append("[");
    for (int i = 0; i < items.size(); i++) {
      append(i == 0 ? "" : itemSeparator);
      newLine(depth + 1);
      write(items.get(i), depth + 1);
    }
    if (!items.isEmpty()) {
      newLine(depth);
    }
    append("]");
  }

  private void object(DictValue dict, int depth) {
    List<DictValue.Item> items = new ArrayList<>(dict.items());
    if (sortKeys) {
      Sorting.sort(items, DictValue.Item::key, false, budget);
    }
    append("{");
    boolean first = true;
    for (DictValue.Item item : items) {
      append(first ? "" : itemSeparator);
      first = false;
      newLine(depth + 1);
      quote(key(item.key()));
      append(keySeparator);
      write(item.value(), depth + 1);
    }
    if (!first) {
      newLine(depth);
    }
    append("}");
  }

  private static String key(Object key) {
    return switch (key) {
      case String text -> text;
      case None none -> "null";
      case Boolean flag -> flag ? "true" : "false";
      case Long number -> number.toString();
      case BigInteger number -> number.toString();
      case Double number -> real(number);
      default ->
          throw new Failure(
              "keys must be str, int, float, bool or None, not " + Values.typeName(key));
    };
  }

  private void newLine(int depth) {
    if (indent != null) {
      append("\n");
      for (int i = 0; i < depth; i++) {
        append(indent);
      }
    }
  }

  private void append(String text) {
    budget.make(text.length());
    out.append(text);
  }

  private void quote(String text) {
    budget.make(text.length() + 2L);
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || (asciiOnly && c > '~')) { // DEL among them, as in CPython
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
