package org.weft.shard.template;

import java.util.ArrayList;
import java.util.List;

/** Python's textwrap on one line, as the filter wordwrap sets it up. */
final class WordWrap {
  static List<String> lines(String text, int width, boolean breaksWords) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    int used = 0;
    for (String chunk : chunks(text)) {
      boolean blank = chunk.isBlank();
      String rest = chunk;
      if (used > 0 && used + CodePoints.length(rest) > width) {
        if (blank) {
          lines.add(trimmed(line));
          line.setLength(0);
          used = 0;
          continue;
        }
        if (CodePoints.length(rest) > width && breaksWords && used < width) {
          String head = CodePoints.substring(rest, 0, width - used);
          line.append(head);
          rest = rest.substring(head.length());
        }
        lines.add(trimmed(line));
        line.setLength(0);
        used = 0;
      }
      while (breaksWords && !blank && CodePoints.length(rest) > width) {
        String head = CodePoints.substring(rest, 0, width);
        lines.add(head);
        rest = rest.substring(head.length());
      }
      if (used > 0 || !blank || lines.isEmpty()) {
        line.append(rest);
        used += CodePoints.length(rest);
      }
    }
    if (!trimmed(line).isEmpty()) {
      lines.add(trimmed(line));
    }
    return lines;
  }

  private static String trimmed(StringBuilder line) {
    return CodePoints.strip(line.toString(), "", true, false, true);
  }

  /** Words and the blanks between; a hyphen between letters ends a chunk. */
  private static List<String> chunks(String text) {
    List<String> chunks = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= text.length(); i++) {
      boolean end = i == text.length();
      boolean turns =
          !end && CodePoints.isSpace(text.charAt(i - 1)) != CodePoints.isSpace(text.charAt(i));
      boolean hyphen =
          !end
              && i - start > 2
              && text.charAt(i - 1) == '-'
              && Character.isLetter(text.charAt(i - 2))
              && Character.isLetter(text.charAt(i));
      if (end || turns || hyphen) {
        chunks.add(text.substring(start, i));
        start = i;
      }
    }
    return chunks;
  }

  private WordWrap() {}
}
