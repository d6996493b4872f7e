package org.weft.node.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.weft.shard.tokenizer.Tokenizer;

/** How single tokens are written in log-probabilities. */
record TokenText(Tokenizer tokenizer) {
  /** The token's bytes; empty for a special token, which stands for none. */
  Optional<byte[]> bytes(int id, int skipped) {
    return tokenizer.special(id)
        ? Optional.empty()
        : Optional.of(after(skipped, tokenizer.bytes(id, false)));
  }

  /**
   * The token as text. Bytes that are no whole characters are escaped, {@code \xe2\x82}, after
   * {@code incomplete}: OpenAI writes "bytes:" there in plain completions, and nothing in chats.
   */
  String text(int id, int skipped, String incomplete) {
    byte[] bytes = after(skipped, tokenizer.bytes(id, true));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder escaped = new StringBuilder(incomplete);
      for (byte b : bytes) {
        if (b >= 0x20 && b < 0x7f) {
          escaped.append((char) b);
        } else {
          escaped.append("\\x").append(HexFormat.of().toHexDigits(b));
        }
      }
      return escaped.toString();
    }
  }

  private static byte[] after(int skipped, byte[] bytes) {
    return skipped == 0 ? bytes : Arrays.copyOfRange(bytes, skipped, bytes.length);
  }
}
