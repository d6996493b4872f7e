package org.weft.shard.tokenizer;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata;

/**
 * The tokens with a role.
 *
 * @param addBos whether the model wants texts to begin with BOS
 * @param addEos whether the model wants texts to end with EOS
 * @param ends the tokens that end a generation
 */
record SpecialIds(
    OptionalInt bos,
    OptionalInt eos,
    OptionalInt unknown,
    boolean addBos,
    boolean addEos,
    BitSet ends) {

  /** Tokens that end a turn or a text under whatever key, by the names that models give them. */
  static final List<String> END_NAMES =
      List.of(
          "<|eot_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|return|>",
          "<|call|>",
          "<end_of_turn>",
          "<|endoftext|>",
          "<|eom_id|>",
          "<|end_of_text|>",
          "<EOT>",
          "[EOT]",
          "<end_of_utterance>",
          "<\uFF5Cend\u2581of\u2581sentence\uFF5C>");

  /** Further keys of tokens that end a generation. */
  private static final List<String> END_KEYS = List.of("eot", "eom", "fim_pad", "fim_rep");

  SpecialIds {
    ends = (BitSet) ends.clone();
  }

  @Override
  public BitSet ends() {
    return (BitSet) ends.clone();
  }

  boolean ends(int id) {
    return ends.get(id);
  }

  /**
   * @param sentencePiece SentencePiece models have {@code <s>} and {@code </s>} even where the file
   *     does not say
   * @param addBosByDefault what holds where the file does not say
   */
  static SpecialIds of(
      Metadata metadata, Vocabulary vocabulary, boolean sentencePiece, boolean addBosByDefault) {
    OptionalInt bos = bos(metadata, vocabulary, sentencePiece);
    OptionalInt eos = eos(metadata, vocabulary, sentencePiece);
    OptionalInt unknown = id(metadata, vocabulary, "unknown");
    if (sentencePiece && unknown.isEmpty()) {
      unknown = vocabulary.id("<unk>");
    }
    BitSet ends = new BitSet();
    for (String role : END_KEYS) {
      // As llama.cpp does: where such a key names no token, the model has none in that role.
      metadata
          .integer(key(role))
          .filter(id -> id >= 0 && id < vocabulary.listed())
          .ifPresent(id -> ends.set(id.intValue()));
    }
    eos.ifPresent(ends::set);
    addNamed(vocabulary, ends);
    boolean addBos = metadata.bool("tokenizer.ggml.add_bos_token").orElse(addBosByDefault);
    boolean addEos = metadata.bool("tokenizer.ggml.add_eos_token").orElse(false);
    return new SpecialIds(bos, eos, unknown, addBos, addEos, ends);
  }

  /** The token that begins a text; parameters as {@link #of} has them. */
  static OptionalInt bos(Metadata metadata, Vocabulary vocabulary, boolean sentencePiece) {
    OptionalInt given = id(metadata, vocabulary, "bos");
    return sentencePiece && given.isEmpty() ? vocabulary.id("<s>") : given;
  }

  /** The token that ends a text; parameters as {@link #of} has them. */
  static OptionalInt eos(Metadata metadata, Vocabulary vocabulary, boolean sentencePiece) {
    OptionalInt given = id(metadata, vocabulary, "eos");
    return sentencePiece && given.isEmpty() ? vocabulary.id("</s>") : given;
  }

  /** Adds the well-known names to {@code ends}. */
  static void addNamed(Vocabulary vocabulary, BitSet ends) {
    for (String name : END_NAMES) {
      vocabulary.id(name).ifPresent(ends::set);
    }
    OptionalInt close = vocabulary.id("</s>");
    // As plain text it closes a strikethrough; it ends a generation only where the file says so.
    if (close.isPresent()
        && (!vocabulary.typed() || vocabulary.type(close.getAsInt()) == TokenType.CONTROL)) {
      ends.set(close.getAsInt());
    }
    OptionalInt end = vocabulary.id("<|end|>");
    // In the harmony format <|end|> closes one message of an answer, not the answer.
    if (end.isPresent()
        && vocabulary.id("<|return|>").isPresent()
        && vocabulary.id("<|call|>").isPresent()) {
      ends.clear(end.getAsInt());
    }
  }

  private static OptionalInt id(Metadata metadata, Vocabulary vocabulary, String role) {
    String key = key(role);
    Optional<Long> value = metadata.integer(key);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    long id = value.get();
    if (id == 0xFFFFFFFFL || id == -1) {
      return OptionalInt.empty(); // how some converters write "none"
    }
    if (id < 0 || id >= vocabulary.listed()) {
      throw new ShardException(
          ShardError.FORMAT,
          key + " is " + id + ", but the vocabulary has " + vocabulary.listed() + " tokens.");
    }
    return OptionalInt.of((int) id);
  }

  private static String key(String role) {
    return "tokenizer.ggml." + role + "_token_id";
  }
}
