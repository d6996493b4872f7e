package org.weft.shard.template;

/**
 * Text that the filters safe and escape marked as HTML (MarkupSafe's Markup): what is added to it
 * by {@code +} is escaped. Only there, and on the way there, does it differ from its text.
 */
record SafeText(String text) {
  static Object plain(Object value) {
    return value instanceof SafeText safe ? safe.text() : value;
  }

  /** {@code a + b}, where one of them is marked. */
  static SafeText add(Object a, Object b) {
    return new SafeText(escaped(a) + escaped(b));
  }

  static boolean adds(Object a, Object b) {
    return (a instanceof SafeText && (b instanceof String || b instanceof SafeText))
        || (a instanceof String && b instanceof SafeText);
  }

  private static String escaped(Object value) {
    return value instanceof SafeText safe ? safe.text() : Markup.escape(PythonText.str(value));
  }
}
