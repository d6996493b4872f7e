package org.weft.shard.tokenizer;

import static org.weft.shard.tokenizer.CharClass.NUMBER;
import static org.weft.shard.tokenizer.CharClass.PUNCTUATION;
import static org.weft.shard.tokenizer.CharClass.SPACE;

/** The rules that are one class of characters, mostly given by ranges of code points. */
final class RangeRules {
  /** {@code [一-龥ࠀ-一가-퟿]}: ideographs, and all between U+0800 and them. */
  static final int[] DEEPSEEK_IDEOGRAPHS = {0x0800, 0x9FA5, 0xAC00, 0xD7FF};

  /** {@code [一-龥぀-ゟ゠-ヿ]}. */
  static final int[] DEEPSEEK3_IDEOGRAPHS = {0x3040, 0x30FF, 0x4E00, 0x9FA5};

  /** {@code [!-/:-~！-／：-～‘-‟　-。]}; its second range holds the ASCII letters too. */
  static final int[] DEEPSEEK_PUNCTUATION = {
    0x21, 0x2F, 0x3A, 0x7E, 0x2018, 0x201F, 0x3000, 0x3002, 0xFF01, 0xFF0F, 0xFF1A, 0xFF5E
  };

  /** The cased letters that DeepSeek LLM's tokenizer lists. */
  static final int[] DEEPSEEK_LETTERS = {
    0x41, 0x5A, 0x61, 0x7A, 0xB5, 0xB5, 0xC0, 0xD6, 0xD8, 0xF6, 0xF8, 0x1BA, 0x1BC, 0x1BF, 0x1C4,
    0x293, 0x295, 0x2AF, 0x370, 0x373, 0x376, 0x376, 0x377, 0x377, 0x37B, 0x37D, 0x37F, 0x37F,
    0x386, 0x386, 0x388, 0x38A, 0x38C, 0x38C, 0x38E, 0x3A1, 0x3A3, 0x3F5, 0x3F7, 0x481, 0x48A,
    0x52F, 0x531, 0x556, 0x10A0, 0x10C5, 0x13A0, 0x13F5, 0x13F8, 0x13FD, 0x1C90, 0x1CBA, 0x1CBD,
    0x1CBF, 0x1D00, 0x1D2B, 0x1D6B, 0x1D77, 0x1D79, 0x1D9A, 0x1E00, 0x1F15, 0x1F18, 0x1F1D, 0x1F20,
    0x1F45, 0x1F48, 0x1F4D, 0x1F50, 0x1F57, 0x1F59, 0x1F59, 0x1F5B, 0x1F5B, 0x1F5D, 0x1F5D, 0x1F5F,
    0x1F7D, 0x1F80, 0x1FB4, 0x1FB6, 0x1FBC, 0x1FBE, 0x1FBE, 0x1FC2, 0x1FC4, 0x1FC6, 0x1FCC, 0x1FD0,
    0x1FD3, 0x1FD6, 0x1FDB, 0x1FE0, 0x1FEC, 0x1FF2, 0x1FF4, 0x1FF6, 0x1FFC, 0x2102, 0x2102, 0x2107,
    0x2107, 0x210A, 0x2113, 0x2115, 0x2115, 0x2119, 0x211D, 0x2124, 0x2124, 0x2126, 0x2126, 0x2128,
    0x2128, 0x212A, 0x212D, 0x212F, 0x2134, 0x2139, 0x2139, 0x213C, 0x213F, 0x2145, 0x2149, 0x214E,
    0x214E, 0x2183, 0x2183, 0x2184, 0x2184, 0x2C00, 0x2C7B, 0x2C7E, 0x2CE4, 0x2CEB, 0x2CEE, 0x2CF2,
    0x2CF2, 0x2CF3, 0x2CF3, 0xA640, 0xA66D, 0xA680, 0xA69B, 0xA722, 0xA76F, 0xA771, 0xA787, 0xA78B,
    0xA78E, 0xAB70, 0xABBF, 0xFB00, 0xFB06, 0xFB13, 0xFB17, 0xFF21, 0xFF3A, 0xFF41, 0xFF5A, 0x10400,
    0x1044F, 0x104B0, 0x104D3, 0x104D8, 0x104FB, 0x10C80, 0x10CB2, 0x10CC0, 0x10CF2, 0x118A0,
    0x118DF, 0x1E900, 0x1E943
  };

  /** {@code [\r\n]}, one at a time. */
  static int lineBreak(String text, int i, int end) {
    char c = text.charAt(i);
    return c == '\r' || c == '\n' ? i + 1 : i;
  }

  /** {@code [ranges]+}; the ranges are pairs of inclusive bounds, ascending. */
  static SplitRule runOf(int... ranges) {
    return (text, i, end) -> run(text, i, end, ranges);
  }

  /** {@code \s?[ranges]+}. */
  static SplitRule blankAndRunOf(int... ranges) {
    return (text, i, end) -> {
      int j = run(text, i, end, ranges);
      if (j > i || (CharClass.of(text.charAt(i)) & SPACE) == 0) {
        // A blank may belong to the ranges itself; taken as the blank or as the first: one match.
        return j;
      }
      j = run(text, i + 1, end, ranges);
      return j > i + 1 ? j : i;
    };
  }

  /** {@code \s?flags+}, where no flag is a blank. */
  static SplitRule blankAndRunOfClass(int flags) {
    return (text, i, end) -> {
      int from = (CharClass.at(text, i, end) & SPACE) != 0 ? i + 1 : i;
      int j = WordRules.run(text, from, end, flags);
      return j > from ? j : i;
    };
  }

  /** {@code flags+}. */
  static SplitRule runOfClass(int flags) {
    return (text, i, end) -> WordRules.run(text, i, end, flags);
  }

  /** {@code [\p{P}\$\+<=>\^~\|]+}. */
  static int punctuation(String text, int i, int end) {
    int j = i;
    while (j < end) {
      int c = text.codePointAt(j);
      if ((CharClass.of(c) & PUNCTUATION) == 0 && (c > 0x7F || "$+<=>^~|".indexOf(c) < 0)) {
        break;
      }
      j += Character.charCount(c);
    }
    return j;
  }

  /** {@code [0-9][0-9][0-9]}. */
  static int threeDigits(String text, int i, int end) {
    if (i + 3 > end) {
      return i;
    }
    for (int j = i; j < i + 3; j++) {
      if (text.charAt(j) < '0' || text.charAt(j) > '9') {
        return i;
      }
    }
    return i + 3;
  }

  /** {@code \p{N}+}. */
  static SplitRule numberRun() {
    return runOfClass(NUMBER);
  }

  /** {@code \s+$}: the blanks at the end of the piece. */
  static final class TrailingBlanks implements SplitRule {
    @Override
    public int match(String text, int i, int end) {
      return WordRules.run(text, i, end, SPACE) == end ? end : i;
    }

    @Override
    public void split(String text, int start, int end, IntBuffer ends) {
      int blanks = end;
      while (blanks > start && (CharClass.of(text.charAt(blanks - 1)) & SPACE) != 0) {
        blanks--;
      }
      if (blanks > start) {
        ends.add(blanks);
      }
      if (blanks < end) {
        ends.add(end);
      }
    }
  }

  private static int run(String text, int i, int end, int[] ranges) {
    int j = i;
    while (j < end) {
      int c = text.codePointAt(j);
      if (!in(c, ranges)) {
        break;
      }
      j += Character.charCount(c);
    }
    return j;
  }

  private static boolean in(int c, int[] ranges) {
    int low = 0;
    int high = ranges.length / 2 - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (c < ranges[2 * middle]) {
        high = middle - 1;
      } else if (c > ranges[2 * middle + 1]) {
        low = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }

  private RangeRules() {}
}
