package org.weft.shard.tokenizer;

import static org.weft.shard.tokenizer.CharClass.LETTER;
import static org.weft.shard.tokenizer.CharClass.MARK;
import static org.weft.shard.tokenizer.CharClass.NEWLINE;
import static org.weft.shard.tokenizer.CharClass.NUMBER;
import static org.weft.shard.tokenizer.CharClass.PUNCTUATION;
import static org.weft.shard.tokenizer.CharClass.SPACE;
import static org.weft.shard.tokenizer.CharClass.SYMBOL;

/** The rules that know words, contractions, numbers and blanks. */
final class WordRules {
  private static final int WORD_OR_BLANK = SPACE | LETTER | NUMBER;

  /** GPT-2: {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}. */
  static int gpt2(String text, int i, int end) {
    int contracted = contraction(text, i, end, false);
    if (contracted > i) {
      return contracted;
    }
    int first = text.charAt(i) == ' ' && i + 1 < end ? i + 1 : i;
    int kind = CharClass.at(text, first, end);
    if ((kind & SPACE) != 0) {
      return blanks(text, i, end);
    }
    if ((kind & LETTER) != 0) {
      return run(text, first, end, LETTER);
    }
    if ((kind & NUMBER) != 0) {
      return run(text, first, end, NUMBER);
    }
    return runWithout(text, first, end, WORD_OR_BLANK);
  }

  /**
   * Llama 3 (three digits at most) and Qwen 2 (one): {@code
   * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
   * ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+}.
   */
  static SplitRule llama3(int digits) {
    return (text, i, end) -> {
      int contracted = contraction(text, i, end, true);
      if (contracted > i) {
        return contracted;
      }
      int kind = CharClass.at(text, i, end);
      if ((kind & LETTER) != 0) {
        return run(text, i, end, LETTER);
      }
      if ((kind & NUMBER) != 0) {
        return numbers(text, i, end, digits);
      }
      int second = i + Character.charCount(text.codePointAt(i));
      int next = CharClass.at(text, second, end);
      if ((kind & NEWLINE) == 0 && (next & LETTER) != 0) {
        return run(text, second, end, LETTER);
      }
      boolean blank = text.charAt(i) == ' ' && second < end && (next & WORD_OR_BLANK) == 0;
      if (blank || (kind & SPACE) == 0) {
        int from = blank ? second : i;
        return run(text, runWithout(text, from, end, WORD_OR_BLANK), end, NEWLINE);
      }
      return blankLines(text, i, end);
    };
  }

  /**
   * DeepSeek V3, after its numbers and ideographs: {@code [!-/:-@\[-`{-~][A-Za-z]+|
   * [^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+}.
   */
  static int deepseek3(String text, int i, int end) {
    int kind = CharClass.at(text, i, end);
    if (asciiPunctuation(text.charAt(i)) && i + 1 < end && asciiLetter(text.charAt(i + 1))) {
      int j = i + 2;
      while (j < end && asciiLetter(text.charAt(j))) {
        j++;
      }
      return j;
    }
    if ((kind & (LETTER | MARK)) != 0) {
      return run(text, i, end, LETTER | MARK);
    }
    int second = i + Character.charCount(text.codePointAt(i));
    int next = CharClass.at(text, second, end);
    if ((kind & (NEWLINE | PUNCTUATION | SYMBOL)) == 0 && (next & (LETTER | MARK)) != 0) {
      return run(text, second, end, LETTER | MARK);
    }
    boolean blank = text.charAt(i) == ' ' && (next & (PUNCTUATION | SYMBOL)) != 0;
    if (blank || (kind & (PUNCTUATION | SYMBOL)) != 0) {
      int from = blank ? second : i;
      return run(text, run(text, from, end, PUNCTUATION | SYMBOL), end, NEWLINE);
    }
    return (kind & SPACE) != 0 ? blankLines(text, i, end) : i;
  }

  /** {@code \p{N}{1,most}}. */
  static SplitRule numbers(int most) {
    return (text, i, end) -> numbers(text, i, end, most);
  }

  private static int numbers(String text, int i, int end, int most) {
    int j = i;
    for (int n = 0; n < most && (CharClass.at(text, j, end) & NUMBER) != 0; n++) {
      j += Character.charCount(text.codePointAt(j));
    }
    return j;
  }

  /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}. */
  private static int blankLines(String text, int i, int end) {
    int lines = i;
    for (int j = i; j < end && (CharClass.of(text.charAt(j)) & SPACE) != 0; j++) {
      if ((CharClass.of(text.charAt(j)) & NEWLINE) != 0) {
        lines = j + 1;
      }
    }
    return lines > i ? lines : blanks(text, i, end);
  }

  /** {@code \s+(?!\S)|\s+}: the last blank before a word stays with the word. */
  private static int blanks(String text, int i, int end) {
    int j = run(text, i, end, SPACE);
    return j == end || j - i == 1 ? j : j - 1;
  }

  /** Case-blind, an apostrophe and LATIN SMALL LETTER LONG S count too: it folds to s. */
  private static int contraction(String text, int i, int end, boolean anyCase) {
    if (text.charAt(i) != '\'' || i + 1 >= end) {
      return i;
    }
    char first = fold(text.charAt(i + 1), anyCase);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return i + 2;
    }
    if (i + 2 < end) {
      char second = fold(text.charAt(i + 2), anyCase);
      boolean two =
          ((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l');
      return two ? i + 3 : i;
    }
    return i;
  }

  private static char fold(char c, boolean anyCase) {
    if (!anyCase) {
      return c;
    }
    if (c >= 'A' && c <= 'Z') {
      return (char) (c + 32);
    }
    return c == '\u017F' ? 's' : c;
  }

  /** The end of the run of characters that have any of the flags. */
  static int run(String text, int i, int end, int flags) {
    int j = i;
    while (j < end) {
      int c = text.codePointAt(j);
      if ((CharClass.of(c) & flags) == 0) {
        break;
      }
      j += Character.charCount(c);
    }
    return j;
  }

  /** The end of the run of characters that have none of the flags. */
  private static int runWithout(String text, int i, int end, int flags) {
    int j = i;
    while (j < end) {
      int c = text.codePointAt(j);
      if ((CharClass.of(c) & flags) != 0) {
        break;
      }
      j += Character.charCount(c);
    }
    return j;
  }

  private static boolean asciiLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean asciiPunctuation(char c) {
    return c > ' ' && c < 0x7F && !asciiLetter(c) && (c < '0' || c > '9');
  }

  private WordRules() {}
}
