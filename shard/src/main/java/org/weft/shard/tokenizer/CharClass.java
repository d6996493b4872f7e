package org.weft.shard.tokenizer;

/**
 * Unicode general categories as the split rules need them, one byte a character. Whitespace is the
 * White_Space property, which differs from Java's own notions of it (tab to carriage return and NEL
 * count beside the separators, the information separators do not).
 */
final class CharClass {
  /** {@code \p{L}}. */
  static final int LETTER = 1;

  /** {@code \p{N}}. */
  static final int NUMBER = 2;

  /** {@code \s}. */
  static final int SPACE = 4;

  /** {@code \p{P}}. */
  static final int PUNCTUATION = 8;

  /** {@code \p{S}}. */
  static final int SYMBOL = 16;

  /** {@code \p{M}}. */
  static final int MARK = 32;

  /** Carriage return and line feed, which are spaces too. */
  static final int NEWLINE = 64;

  private static final byte[] BMP = new byte[0x10000];

  static {
    for (int c = 0; c < BMP.length; c++) {
      BMP[c] = (byte) classify(c);
    }
  }

  /** The flags of the code point. */
  static int of(int codePoint) {
    return codePoint < BMP.length ? BMP[codePoint] : classify(codePoint);
  }

  /** The flags of the code point at {@code i}; 0 at {@code end} and beyond. */
  static int at(String text, int i, int end) {
    return i < end ? of(text.codePointAt(i)) : 0;
  }

  private static int classify(int c) {
    if (isSpace(c)) {
      return c == '\r' || c == '\n' ? SPACE | NEWLINE : SPACE;
    }
    return switch (Character.getType(c)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          PUNCTUATION;
      case Character.MATH_SYMBOL,
          Character.CURRENCY_SYMBOL,
          Character.MODIFIER_SYMBOL,
          Character.OTHER_SYMBOL ->
          SYMBOL;
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          MARK;
      default -> 0;
    };
  }

  private static boolean isSpace(int c) {
    return Character.isSpaceChar(c) || (c >= 9 && c <= 13) || c == 0x85;
  }

  private CharClass() {}
}
