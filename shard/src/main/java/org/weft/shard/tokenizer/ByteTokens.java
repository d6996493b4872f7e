package org.weft.shard.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Tokens that stand for one byte, written {@code <0xNN>}. */
final class ByteTokens {
  static String text(int value) {
    return "<0x" + HexFormat.of().withUpperCase().toHexDigits((byte) value) + ">";
  }

  /** The byte; a token that is not written so stands for itself. */
  static byte[] bytes(String text) {
    if (text.length() == 6
        && text.startsWith("<0x")
        && text.charAt(5) == '>'
        && HexFormat.isHexDigit(text.charAt(3))
        && HexFormat.isHexDigit(text.charAt(4))) {
      return new byte[] {(byte) HexFormat.fromHexDigits(text, 3, 5)};
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private ByteTokens() {}
}
