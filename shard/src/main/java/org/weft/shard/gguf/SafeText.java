package org.weft.shard.gguf;

/** Text from a file made fit to be shown on a terminal: short, and without control characters. */
final class SafeText {
  private static final int QUOTED_CHARACTERS = 100;

  private SafeText() {}

  /** A name in quotes. */
  static String quote(String name) {
    return "'" + cut(name, QUOTED_CHARACTERS) + "'";
  }

  /**
   * At most {@code most} characters, and an ellipsis for the others; line ends as they are typed.
   */
  static String cut(String text, int most) {
    StringBuilder shown = new StringBuilder();
    int at = 0;
    for (int i = 0; i < most && at < text.length(); i++) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (c == '\n') {
        shown.append("\\n");
      } else {
        shown.appendCodePoint(isHarmless(c) ? c : '\uFFFD');
      }
    }
    return shown.append(at < text.length() ? "…" : "").toString();
  }

  private static boolean isHarmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
