package org.weft.shard.template;

import java.util.ArrayList;
import java.util.List;

/** Strings as Python sees them: sequences of code points. */
final class CodePoints {
  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  static List<Object> split(String text) {
    List<Object> characters = new ArrayList<>(text.length());
    for (int i = 0; i < text.length(); ) {
      int width = Character.charCount(text.codePointAt(i));
      characters.add(text.substring(i, i + width));
      i += width;
    }
    return characters;
  }

  /** The code points {@code [start, stop)}, both within bounds. */
  static String substring(String text, int start, int stop) {
    int from = text.offsetByCodePoints(0, start);
    return text.substring(from, text.offsetByCodePoints(from, stop - start));
  }

  /** Python compares by code point, Java by UTF-16 unit. */
  static int compare(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    if (i == a.length() || i == b.length()) {
      return Integer.compare(a.length(), b.length());
    }
    if (i > 0 && Character.isHighSurrogate(a.charAt(i - 1))) {
      i--;
    }
    return Integer.compare(a.codePointAt(i), b.codePointAt(i));
  }

  /** Python's str.isspace, and what its {@code \s} matches. */
  static boolean isSpace(int c) {
    return Character.isSpaceChar(c) || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85;
  }

  /** Whether a line ends at this character, by str.splitlines. */
  static boolean isLineEnd(int c) {
    return (c >= 10 && c <= 13)
        || (c >= 0x1C && c <= 0x1E)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  static List<String> lines(String text, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isLineEnd(text.charAt(i))) {
        boolean pair = text.charAt(i) == '\r' && text.startsWith("\n", i + 1);
        int next = i + (pair ? 2 : 1);
        lines.add(text.substring(start, keepEnds ? next : i));
        start = next;
        i = next - 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  /**
   * Without the characters of {@code set} (blanks, if it is empty and {@code blanks}) at an end.
   */
  static String strip(String text, String set, boolean blanks, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && strips(text.codePointAt(start), set, blanks)) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && strips(text.codePointBefore(end), set, blanks)) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static boolean strips(int c, String set, boolean blanks) {
    return blanks ? isSpace(c) : set.indexOf(c) >= 0;
  }

  private CodePoints() {}
}
