package org.weft.node.ticket;

import org.weft.crypto.Printable;

/** Text that others wrote. */
final class Text {
  private static final int MAX_LENGTH = 100;

  /** Made fit to stand in a sentence. */
  static String printable(String text) {
    return Printable.of(text, MAX_LENGTH);
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

  private Text() {}
}
