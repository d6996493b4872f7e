package org.weft.shard.tokenizer;

import java.util.List;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata;

/** Reads a tokenizer out of a GGUF file's metadata. */
final class TokenizerFile {
  private static final String PREFIX = "tokenizer.ggml.";

  static Tokenizer read(Metadata metadata) {
    String kind = required(metadata.string(PREFIX + "model").orElse(null), "model");
    return switch (kind) {
      case "gpt2" -> bytePair(metadata);
      case "llama" -> sentencePiece(metadata);
      default ->
          throw new ShardException(
              ShardError.UNSUPPORTED,
              "The model's tokenizer \""
                  + kind
                  + "\" (tokenizer.ggml.model) is not supported; gpt2 and llama are.");
    };
  }

  private static Tokenizer bytePair(Metadata metadata) {
    Vocabulary vocabulary = vocabulary(metadata);
    PreTokenizer words = PreTokenizer.named(metadata.string(PREFIX + "pre").orElse("default"));
    SpecialIds specials = SpecialIds.of(metadata, vocabulary, false, words.addBos());
    List<String> merges = required(metadata.strings(PREFIX + "merges").orElse(null), "merges");
    return new VocabularyTokenizer(
        vocabulary, specials, new BytePairModel(vocabulary, merges, words, specials.unknown()));
  }

  private static Tokenizer sentencePiece(Metadata metadata) {
    Vocabulary vocabulary = vocabulary(metadata);
    SpecialIds specials = SpecialIds.of(metadata, vocabulary, true, true);
    float[] scores = required(metadata.numbers(PREFIX + "scores").orElse(null), "scores");
    SentencePieceModel.SentencePieceFlags flags =
        new SentencePieceModel.SentencePieceFlags(
            metadata.bool(PREFIX + "add_space_prefix").orElse(true),
            metadata.bool(PREFIX + "remove_extra_whitespaces").orElse(false));
    return new VocabularyTokenizer(
        vocabulary,
        specials,
        new SentencePieceModel(vocabulary, scores, flags, specials.unknown()));
  }

  private static Vocabulary vocabulary(Metadata metadata) {
    return new Vocabulary(
        required(metadata.strings(PREFIX + "tokens").orElse(null), "tokens"),
        metadata.integers(PREFIX + "token_type").orElse(null));
  }

  private static <T> T required(@org.jspecify.annotations.Nullable T value, String key) {
    if (value == null) {
      throw new ShardException(
          ShardError.FORMAT, "The model file has no tokenizer: " + PREFIX + key + " is missing.");
    }
    return value;
  }

  private TokenizerFile() {}
}
