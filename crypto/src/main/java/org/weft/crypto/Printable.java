package org.weft.crypto;

/** Text of unknown origin, made fit to stand in a sentence. */
final class Printable {
  static String of(String text, int maxLength) {
    StringBuilder out = new StringBuilder();
    int length = Math.min(text.length(), maxLength);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      out.append(c < ' ' || c == 0x7f || Character.isISOControl(c) ? '?' : c);
    }
    return text.length() > maxLength ? out.append('…').toString() : out.toString();
  }

  private Printable() {}
}
