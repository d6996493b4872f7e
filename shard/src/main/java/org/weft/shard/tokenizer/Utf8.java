package org.weft.shard.tokenizer;

/**
 * UTF-8 to text, ill-formed bytes as U+FFFD, one for each maximal part that begins a character
 * (Unicode 16, section 3.9). Java's own decoder counts encoded surrogates otherwise and says
 * nothing about where a character is cut, and a stream must say what the whole says.
 */
final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  /**
   * Appends the text of {@code bytes}.
   *
   * @param whole false to leave a character that more bytes may complete at the end
   * @return how many bytes were taken: all, or all but 3 at most
   */
  static int decode(byte[] bytes, boolean whole, StringBuilder out) {
    int i = 0;
    while (i < bytes.length) {
      int lead = bytes[i] & 0xFF;
      if (lead < 0x80) {
        out.append((char) lead);
        i++;
        continue;
      }
      int length = length(lead);
      int good = goodBytes(bytes, i, length);
      if (good == length && length > 1) {
        out.appendCodePoint(codePoint(bytes, i, length));
      } else if (!whole && i + good == bytes.length && good < length) {
        return i;
      } else {
        out.append(REPLACEMENT);
      }
      i += good;
    }
    return i;
  }

  /** How long a character is that begins so; 1 if none does. */
  private static int length(int lead) {
    if (lead < 0xC2 || lead > 0xF4) {
      return 1;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }

  private static int goodBytes(byte[] bytes, int i, int length) {
    int good = 1;
    while (good < length && i + good < bytes.length) {
      int next = bytes[i + good] & 0xFF;
      if ((next & 0xC0) != 0x80 || (good == 1 && !follows(bytes[i] & 0xFF, next))) {
        break;
      }
      good++;
    }
    return good;
  }

  /** Whether {@code second} may follow {@code lead}: no overlong forms, surrogates or beyond. */
  private static boolean follows(int lead, int second) {
    return switch (lead) {
      case 0xE0 -> second >= 0xA0;
      case 0xED -> second <= 0x9F;
      case 0xF0 -> second >= 0x90;
      case 0xF4 -> second <= 0x8F;
      default -> true;
    };
  }

  private static int codePoint(byte[] bytes, int i, int length) {
    int value = bytes[i] & (0xFF >> (length + 1));
    for (int j = 1; j < length; j++) {
      value = (value << 6) | (bytes[i + j] & 0x3F);
    }
    return value;
  }

  private Utf8() {}
}
