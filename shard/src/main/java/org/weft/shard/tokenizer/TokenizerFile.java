package org.weft.shard.tokenizer;

import java.util.List;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.Metadata;
import org.weft.shard.gguf.TensorInfo;

/** Reads a tokenizer out of a GGUF file. */
final class TokenizerFile {
  private static final String PREFIX = "tokenizer.ggml.";
  static final String MODEL = PREFIX + "model";
  static final String TOKENS = PREFIX + "tokens";
  private static final String MERGES = PREFIX + "merges";

  /** What {@link #MODEL} says of SentencePiece models. */
  static final String SENTENCE_PIECE = "llama";

  private static final String EMBEDDING = "token_embd.weight";
  private static final int MOST_ROWS = 1 << 24;

  static Tokenizer read(GgufFile file) {
    Metadata metadata = file.metadata();
    String kind = required(metadata.string(MODEL).orElse(null), MODEL);
    return switch (kind) {
      case "gpt2" -> bytePair(metadata, vocabulary(file));
      case SENTENCE_PIECE -> sentencePiece(metadata, vocabulary(file));
      default ->
          throw new ShardException(
              ShardError.UNSUPPORTED,
              "The model's tokenizer \""
                  + kind
                  + "\" (tokenizer.ggml.model) is not supported; gpt2 and llama are.");
    };
  }

  private static Tokenizer bytePair(Metadata metadata, Vocabulary vocabulary) {
    PreTokenizer words = PreTokenizer.named(metadata.string(PREFIX + "pre").orElse("default"));
    SpecialIds specials = SpecialIds.of(metadata, vocabulary, false, words.addBos());
    List<String> merges = required(metadata.strings(MERGES).orElse(null), MERGES);
    return new VocabularyTokenizer(
        vocabulary, specials, new BytePairModel(vocabulary, merges, words, specials.unknown()));
  }

  private static Tokenizer sentencePiece(Metadata metadata, Vocabulary vocabulary) {
    SpecialIds specials = SpecialIds.of(metadata, vocabulary, true, true);
    // Without scores all merges are alike, and the leftmost goes first.
    float[] scores = metadata.numbers(PREFIX + "scores").orElse(new float[vocabulary.listed()]);
    SentencePieceModel.SentencePieceFlags flags =
        new SentencePieceModel.SentencePieceFlags(
            metadata.bool(PREFIX + "add_space_prefix").orElse(true),
            metadata.bool(PREFIX + "remove_extra_whitespaces").orElse(false));
    return new VocabularyTokenizer(
        vocabulary,
        specials,
        new SentencePieceModel(vocabulary, scores, flags, specials.unknown()));
  }

  private static Vocabulary vocabulary(GgufFile file) {
    Metadata metadata = file.metadata();
    List<String> tokens = required(metadata.strings(TOKENS).orElse(null), TOKENS);
    return new Vocabulary(
        tokens,
        metadata.integers(PREFIX + "token_type").orElse(null),
        file.tensor(EMBEDDING).map(TokenizerFile::rows).orElse(tokens.size()));
  }

  /** Of a matrix [width, rows]. */
  private static int rows(TensorInfo embedding) {
    long rows = embedding.shape().size() == 2 ? embedding.shape().get(1) : 0;
    if (rows < 1 || rows > MOST_ROWS) {
      throw new ShardException(
          ShardError.FORMAT,
          "The tensor "
              + EMBEDDING
              + " has the shape "
              + embedding.shape()
              + ", which is no embedding's.");
    }
    return (int) rows;
  }

  private static <T> T required(@org.jspecify.annotations.Nullable T value, String key) {
    if (value == null) {
      throw new ShardException(
          ShardError.FORMAT, "The model file has no tokenizer: " + key + " is missing.");
    }
    return value;
  }

  private TokenizerFile() {}
}
