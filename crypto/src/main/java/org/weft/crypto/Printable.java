package org.weft.crypto;

/** Text of unknown origin, made fit to stand in a sentence. */
public final class Printable {
  /**
   * At most {@code maxLength} characters, and an ellipsis for the others; what steers a terminal
   * becomes '?'.
   */
  public static String of(String text, int maxLength) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), maxLength); i++) {
      char c = text.charAt(i);
      out.append(isPrintable(c) ? c : '?');
    }
    return text.length() > maxLength ? out.append('…').toString() : out.toString();
  }

  private static boolean isPrintable(char c) {
    return !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
  }

  private Printable() {}
}
