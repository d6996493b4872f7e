package org.weft.shard.tokenizer;

import java.util.OptionalInt;
import org.weft.shard.gguf.Metadata;

/** Text to token ids and back, as the model file says. Immutable; any thread. */
public interface Tokenizer {
  static Tokenizer of(Metadata metadata) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * addSpecial: BOS (and EOS) where the model adds them, never a second BOS; parseSpecial: special
   * tokens in the text become their ids.
   */
  int[] encode(String text, boolean addSpecial, boolean parseSpecial);

  /** All ids to text; special tokens as they are written; ill-formed UTF-8 as U+FFFD. */
  String decode(int[] ids);

  /**
   * The bytes of one token; {@code special} says whether control tokens are written or left out.
   */
  byte[] bytes(int id, boolean special);

  /** The token as it is written in the vocabulary, for people. */
  String piece(int id);

  int size();

  OptionalInt bos();

  OptionalInt eos();

  /** True for tokens that end a generation: EOS, EOT, EOM and the like. */
  boolean ends(int id);

  boolean special(int id);

  /** A decoder that never splits a UTF-8 character. Special tokens are left out. */
  default StreamingDetokenizer detokenizer() {
    return new StreamingDetokenizer(this);
  }
}
