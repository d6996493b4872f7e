package org.weft.shard.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Token by token to text, holding back incomplete characters: at most three bytes that more bytes
 * may complete. What it gives, put together, is what decoding the bytes at once gives. One stream's;
 * one thread.
 */
public final class StreamingDetokenizer {
  private final Tokenizer tokenizer;
  private byte[] held = {};
  private boolean first;

  /**
   * @param first whether the first token begins a text, so that a space which encoding would have
   *     added is dropped
   */
  StreamingDetokenizer(Tokenizer tokenizer, boolean first) {
    this.tokenizer = tokenizer;
    this.first = first;
  }

  /** The text that this token completes, perhaps empty. */
  public String accept(int id) {
    byte[] bytes = tokenizer.bytes(id, false);
    if (bytes.length == 0) {
      return "";
    }
    int skip = first && tokenizer.spaceAdded(id) ? 1 : 0;
    first = false;
    byte[] all = Arrays.copyOf(held, held.length + bytes.length - skip);
    System.arraycopy(bytes, skip, all, held.length, bytes.length - skip);
    int complete = all.length - incomplete(all);
    held = Arrays.copyOfRange(all, complete, all.length);
    return new String(all, 0, complete, StandardCharsets.UTF_8);
  }

  /** What is still held back, ill-formed bytes as U+FFFD. */
  public String finish() {
    String rest = new String(held, StandardCharsets.UTF_8);
    held = new byte[] {};
    return rest;
  }

  /** How many bytes at the end begin a character that is well-formed so far. */
  private static int incomplete(byte[] bytes) {
    for (int n = 1; n <= Math.min(3, bytes.length); n++) {
      int lead = bytes[bytes.length - n] & 0xFF;
      if ((lead & 0xC0) == 0x80) {
        continue;
      }
      int length = lead < 0xC2 || lead > 0xF4 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      boolean begins = length > n && (n == 1 || follows(lead, bytes[bytes.length - n + 1] & 0xFF));
      return begins ? n : 0;
    }
    return 0;
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
}
