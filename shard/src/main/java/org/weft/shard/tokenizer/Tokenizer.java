package org.weft.shard.tokenizer;

import java.util.OptionalInt;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata;

/** Text to token ids and back, as the model file says. Immutable; any thread. */
public interface Tokenizer {
  /**
   * The tokenizer that a model file describes under {@code tokenizer.ggml}.
   *
   * @throws ShardException FORMAT where the entries contradict each other, UNSUPPORTED for a kind
   *     of tokenizer or pre-tokenizer that is not known
   */
  static Tokenizer of(Metadata metadata) {
    return TokenizerFile.read(metadata);
  }

  /**
   * The ids of the text. Half a surrogate pair counts as U+FFFD.
   *
   * @param addSpecial BOS (and EOS) where the model adds them, never a second BOS
   * @param parseSpecial control tokens in the text become their ids; user-defined ones always do
   */
  int[] encode(String text, boolean addSpecial, boolean parseSpecial);

  /**
   * All ids to text; special tokens as they are written; ill-formed UTF-8 as U+FFFD.
   *
   * @throws ShardException ARGUMENT for an id outside the vocabulary, here and below
   */
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

  /**
   * True if this token, where a text begins with it, starts with a space that encoding put there
   * and decoding takes away (SentencePiece).
   */
  default boolean spaceAdded(int id) {
    return false;
  }

  /** A decoder of a whole text that never splits a UTF-8 character. Special tokens are left out. */
  default StreamingDetokenizer detokenizer() {
    return new StreamingDetokenizer(this, true);
  }

  /** A decoder of tokens that go on after others: a leading space is part of the text. */
  default StreamingDetokenizer continuation() {
    return new StreamingDetokenizer(this, false);
  }
}
