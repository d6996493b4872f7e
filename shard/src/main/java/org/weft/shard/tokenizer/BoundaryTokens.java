package org.weft.shard.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata;

/**
 * BOS and EOS as a model writes them, for chat templates, which name them. A file needs no
 * tokenizer that is supported to have them. Immutable; any thread.
 *
 * @param bos empty where the model has none
 * @param eos empty where the model has none
 */
public record BoundaryTokens(Optional<String> bos, Optional<String> eos) {
  /**
   * The two that a model file names; none where it lists no tokens.
   *
   * @throws ShardException FORMAT where an id is beyond the tokens or a key has the wrong type
   */
  public static BoundaryTokens of(Metadata metadata) {
    List<String> tokens = metadata.strings(TokenizerFile.TOKENS).orElse(List.of());
    if (tokens.isEmpty()) {
      return new BoundaryTokens(Optional.empty(), Optional.empty());
    }
    // What kinds the tokens are does not matter here, nor how many rows the embedding has.
    Vocabulary vocabulary = new Vocabulary(tokens, null, tokens.size());
    boolean sentencePiece =
        metadata.string(TokenizerFile.MODEL).equals(Optional.of(TokenizerFile.SENTENCE_PIECE));
    return new BoundaryTokens(
        text(vocabulary, SpecialIds.bos(metadata, vocabulary, sentencePiece)),
        text(vocabulary, SpecialIds.eos(metadata, vocabulary, sentencePiece)));
  }

  private static Optional<String> text(Vocabulary vocabulary, OptionalInt id) {
    return id.isPresent() ? Optional.of(vocabulary.text(id.getAsInt())) : Optional.empty();
  }
}
