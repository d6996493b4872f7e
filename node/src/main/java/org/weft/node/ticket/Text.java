package org.weft.node.ticket;

/** Text of unknown origin, made fit to stand in a sentence. */
final class Text {
  private static final int MAX_LENGTH = 100;

  static String printable(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), MAX_LENGTH); i++) {
      char c = text.charAt(i);
      out.append(isPrintable(c) ? c : '?');
    }
    return text.length() > MAX_LENGTH ? out.append('…').toString() : out.toString();
  }

  /** Whether every character can stand in a line of ASCII. */
  static boolean isPrintableAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  private static boolean isPrintable(char c) {
    return !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
  }

  private Text() {}
}
