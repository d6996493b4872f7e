package org.weft.shard.template;

import org.jspecify.annotations.Nullable;

/** Python's {@code str.translate} and {@code str.maketrans}. */
final class StringTranslation {
  private StringTranslation() {}

  /** Each character as its table has it: another text, another character, or nothing. */
  static Object translate(String text, Arguments arguments, Budget budget) {
    Object table = arguments.check("translate", "table").required(0, "table");
    StringBuilder translated = new StringBuilder(text.length());
    for (int c : text.codePoints().toArray()) {
      Object to = at(table, c);
      String written = to == null ? Character.toString(c) : written(to);
      budget.make(written.length());
      translated.append(written);
    }
    return translated.toString();
  }

  /** What stands in a table for a character; null if nothing does. */
  private static @Nullable Object at(Object table, int c) {
    return switch (table) {
      case DictValue dict -> dict.get((long) c);
      case ListValue list -> c < list.items().size() ? list.items().get(c) : null;
      case TupleValue tuple -> c < tuple.items().size() ? tuple.items().get(c) : null;
      default ->
          throw new Failure(
              "a translate table is a mapping or a list, not " + Values.typeName(table));
    };
  }

  private static String written(Object to) {
    if (to == None.NONE) {
      return "";
    }
    if (to instanceof String text) {
      return text;
    }
    if (!Numbers.isInteger(to)) {
      throw new Failure("character mapping must return integer, None or str");
    }
    long c = Numbers.index(to);
    if (c < 0 || c > Character.MAX_CODE_POINT) {
      throw new Failure("character mapping must be in range(0x110000)");
    }
    return Character.toString((int) c);
  }

  /** A table: from a mapping, or from two texts of one length and one of what is to go. */
  static Object makeTable(Arguments arguments, Budget budget) {
    arguments.check("maketrans", "x", "y", "z");
    Object first = arguments.required(0, "x");
    DictValue table = new DictValue();
    if (arguments.get(1, "y") == null) {
      if (!(first instanceof DictValue given)) {
        throw new Failure("if you give only one argument to maketrans it must be a dict");
      }
      budget.make(4L * given.size());
      given.items().forEach(item -> table.put(key(item.key()), item.value()));
      return table;
    }
    int[] from = StringMethods.string(arguments, 0, "x").codePoints().toArray();
    int[] to = StringMethods.string(arguments, 1, "y").codePoints().toArray();
    if (from.length != to.length) {
      throw new Failure("the first two maketrans arguments must have equal length");
    }
    budget.make(4L * from.length);
    for (int i = 0; i < from.length; i++) {
      table.put((long) from[i], (long) to[i]);
    }
    if (arguments.get(2, "z") != null) {
      String gone = StringMethods.string(arguments, 2, "z");
      budget.make(4L * gone.length());
      gone.codePoints().forEach(c -> table.put((long) c, None.NONE));
    }
    return table;
  }

  private static Object key(Object given) {
    if (!(given instanceof String text)) {
      if (!Numbers.isInteger(given)) {
        throw new Failure("keys in translate table must be strings or integers");
      }
      return given;
    }
    if (CodePoints.length(text) != 1) {
      throw new Failure("string keys in translate table must be of length 1");
    }
    return (long) text.codePointAt(0);
  }
}
