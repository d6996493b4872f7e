package org.weft.shard.tokenizer;

/** Token by token to text, holding back incomplete characters. One stream's; one thread. */
public final class StreamingDetokenizer {
  StreamingDetokenizer(Tokenizer tokenizer) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** The text that this token completes, perhaps empty. */
  public String accept(int id) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** What is still held back, ill-formed bytes as U+FFFD. */
  public String finish() {
    throw new UnsupportedOperationException("skeleton");
  }
}
