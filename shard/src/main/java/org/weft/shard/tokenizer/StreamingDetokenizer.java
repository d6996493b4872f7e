package org.weft.shard.tokenizer;

import java.util.Arrays;

/**
 * Token by token to text, holding back incomplete characters: at most three bytes that more bytes
 * may complete. What it gives, put together, is what decoding the bytes at once gives. One
 * stream's; one thread.
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
    StringBuilder text = new StringBuilder(all.length);
    int complete = Utf8.decode(all, false, text);
    held = Arrays.copyOfRange(all, complete, all.length);
    return text.toString();
  }

  /** What is still held back, ill-formed bytes as U+FFFD. */
  public String finish() {
    StringBuilder rest = new StringBuilder();
    Utf8.decode(held, true, rest);
    held = new byte[] {};
    return rest.toString();
  }
}
