package org.weft.shard.tokenizer;

import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** What kind of token it is, as {@code tokenizer.ggml.token_type} numbers them. */
enum TokenType {
  UNDEFINED,
  NORMAL,
  /** Stands for what the vocabulary cannot write. */
  UNKNOWN,
  /** Steers the model and is no text: BOS, turn markers. */
  CONTROL,
  /** Text that is always one token. */
  USER_DEFINED,
  UNUSED,
  /** One byte, written {@code <0xNN>}. */
  BYTE;

  private static final TokenType[] NUMBERED = values();

  static TokenType of(int number, int id) {
    if (number < 0 || number >= NUMBERED.length) {
      throw new ShardException(
          ShardError.FORMAT,
          "tokenizer.ggml.token_type gives token " + id + " the unknown type " + number + ".");
    }
    return NUMBERED[number];
  }
}
