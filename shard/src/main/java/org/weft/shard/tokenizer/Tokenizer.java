package org.weft.shard.tokenizer;

import java.util.OptionalInt;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;

/** Text to token ids and back, as the model file says. Immutable; any thread. */
public interface Tokenizer {
  /**
   * The tokenizer that a model file describes under {@code tokenizer.ggml}. Rows of the embedding
   * beyond the tokens that it lists are tokens without a text.
   *
   * @throws ShardException FORMAT where the entries contradict each other or the embedding has too
   *     few rows, UNSUPPORTED for a kind of tokenizer or pre-tokenizer that is not known
   */
  static Tokenizer of(GgufFile file) {
    return TokenizerFile.read(file);
  }

  /**
   * The ids of the text. Half a surrogate pair counts as U+FFFD.
   *
   * @param addSpecial BOS before it and EOS behind it where the model adds them, whatever the text
   *     itself begins and ends with
   * @param parseSpecial control tokens in the text become their ids; user-defined ones always do
   */
  int[] encode(String text, boolean addSpecial, boolean parseSpecial);

  /**
   * The ids of a text that a model is to go on with: control tokens in it become their ids, BOS is
   * before it where the model adds one, and never EOS behind it, which would end the text.
   */
  default int[] encodePrompt(String text) {
    int[] ids = encode(text, false, true);
    if (addedBos().isEmpty()) {
      return ids;
    }
    int[] begun = new int[ids.length + 1];
    begun[0] = addedBos().getAsInt();
    System.arraycopy(ids, 0, begun, 1, ids.length);
    return begun;
  }

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

  /** All ids, those too that have no text: the rows of the model. */
  int size();

  OptionalInt bos();

  /** The BOS that stands before every text; empty where the model adds none. */
  OptionalInt addedBos();

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
