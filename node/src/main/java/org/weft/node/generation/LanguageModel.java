package org.weft.node.generation;

import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.SessionFactory;
import org.weft.shard.model.ModelConfig;
import org.weft.shard.model.ModelEnds;
import org.weft.shard.tokenizer.Tokenizer;

/**
 * What a gateway holds of a model, and how it reaches the blocks. It owns none of its parts: who
 * composed it closes them.
 *
 * @param name what clients call it
 * @param fingerprint changes whenever answers could: clients see it as {@code system_fingerprint}
 * @param context positions that the model has
 * @param width floats in a row of hidden state
 * @param vocabulary logits per position
 */
public record LanguageModel(
    String name,
    String fingerprint,
    int context,
    int width,
    int vocabulary,
    Ends ends,
    Tokenizer tokenizer,
    ChatFormat chatFormat,
    SessionFactory sessions) {
  public LanguageModel {
    if (name.isBlank() || context < 1 || width < 1 || vocabulary < 1) {
      throw new NodeException(
          NodeError.ARGUMENT,
          "a model needs a name, a context, a width and a vocabulary, got '%s', %d, %d, %d"
              .formatted(name, context, width, vocabulary));
    }
  }

  /** A model whose ends are in this process. */
  public static LanguageModel of(
      String name,
      String fingerprint,
      ModelConfig config,
      ModelEnds ends,
      Tokenizer tokenizer,
      ChatFormat chatFormat,
      SessionFactory sessions) {
    return new LanguageModel(
        name,
        fingerprint,
        config.context(),
        config.width(),
        config.vocabulary(),
        Ends.of(ends),
        tokenizer,
        chatFormat,
        sessions);
  }

  /** Positions that a generation may fill: what the model has and what a session may reserve. */
  public int positions() {
    return Math.min(context, sessions.maxLength());
  }
}
