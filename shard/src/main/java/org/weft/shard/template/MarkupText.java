package org.weft.shard.template;

/**
 * Text that the filters safe and escape marked as HTML (MarkupSafe's Markup): what is added to it
 * by {@code +} is escaped. Only there, and on the way there, does it differ from its text.
 */
record MarkupText(String text) {
  static Object plain(Object value) {
    return value instanceof MarkupText safe ? safe.text() : value;
  }

  /** {@code a + b}, where one of them is marked. */
  static MarkupText add(Object a, Object b) {
    return new MarkupText(escaped(a) + escaped(b));
  }

  static boolean adds(Object a, Object b) {
    return (a instanceof MarkupText && (b instanceof String || b instanceof MarkupText))
        || (a instanceof String && b instanceof MarkupText);
  }

  private static String escaped(Object value) {
    return value instanceof MarkupText safe ? safe.text() : Markup.escape(PythonText.str(value));
  }
}
