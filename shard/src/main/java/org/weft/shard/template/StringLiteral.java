package org.weft.shard.template;

/** String literals with Python's escapes. */
final class StringLiteral {
  /** The index after the closing quote of the literal that begins at {@code start}. */
  static int end(String source, int start, int line) {
    char quote = source.charAt(start);
    for (int i = start + 1; i < source.length(); i++) {
      char c = source.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == quote) {
        return i + 1;
      }
    }
    throw new Failure(
        "unexpected char " + PythonText.repr(String.valueOf(quote)) + " at " + start, line, false);
  }

  /** The value of what stands between the quotes. */
  static String value(String written, int line) {
    if (written.indexOf('\\') < 0) {
      return written;
    }
    StringBuilder value = new StringBuilder(written.length());
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c != '\\' || i + 1 == written.length()) {
        value.append(c);
      } else {
        i = escape(written, i + 1, value, line);
      }
    }
    return value.toString();
  }

  /** Appends what the escape means whose letter is at {@code i}; gives the index of its end. */
  private static int escape(String written, int i, StringBuilder value, int line) {
    char c = written.charAt(i);
    switch (c) {
      case '\n' -> {}
      case '\\', '\'', '"' -> value.append(c);
      case 'a' -> value.append('\u0007');
      case 'b' -> value.append('\b');
      case 'f' -> value.append('\f');
      case 'n' -> value.append('\n');
      case 'r' -> value.append('\r');
      case 't' -> value.append('\t');
      case 'v' -> value.append('\u000B');
      case 'x' -> {
        return hex(written, i, 2, value, line);
      }
      case 'u' -> {
        return hex(written, i, 4, value, line);
      }
      case 'U' -> {
        return hex(written, i, 8, value, line);
      }
      case 'N' -> {
        return named(written, i, value, line);
      }
      default -> {
        if (c >= '0' && c <= '7') {
          return octal(written, i, value);
        }
        value.append('\\').append(c);
      }
    }
    return i;
  }

  private static int hex(String written, int i, int digits, StringBuilder value, int line) {
    int end = i + 1 + digits;
    try {
      int c = Integer.parseUnsignedInt(written.substring(i + 1, end), 16);
      value.appendCodePoint(c);
      return end - 1;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new Failure("a string has a malformed \\" + written.charAt(i) + " escape", line, false);
    }
  }

  private static int named(String written, int i, StringBuilder value, int line) {
    int close = written.indexOf('}', i);
    try {
      if (close > 0 && written.startsWith("{", i + 1)) {
        value.appendCodePoint(Character.codePointOf(written.substring(i + 2, close)));
        return close;
      }
    } catch (IllegalArgumentException e) {
      throw new Failure("a string has an unknown character name", line, false);
    }
    throw new Failure("a string has a malformed \\N escape", line, false);
  }

  private static int octal(String written, int i, StringBuilder value) {
    int c = 0;
    int j = i;
    while (j < i + 3
        && j < written.length()
        && written.charAt(j) >= '0'
        && written.charAt(j) <= '7') {
      c = c * 8 + written.charAt(j++) - '0';
    }
    value.append((char) c);
    return j - 1;
  }

  private StringLiteral() {}
}
