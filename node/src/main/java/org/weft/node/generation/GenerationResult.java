package org.weft.node.generation;

/**
 * How a generation went.
 *
 * @param promptTokens tokens of the prompt
 * @param completionTokens tokens that were sampled, the one that ended the answer included
 * @param firstTokenNanos from the call to the first sampled token; 0 where none was
 * @param decodeNanos from the first to the last sampled token
 */
public record GenerationResult(
    FinishReason finish,
    int promptTokens,
    int completionTokens,
    long firstTokenNanos,
    long decodeNanos) {
  /** Why an answer ended. */
  public enum FinishReason {
    /** The model ended it, or a stop text came. */
    STOP,
    /** As many tokens as were allowed, or as the context or the cache holds. */
    LENGTH,
    /** Nobody wanted it any more. */
    CANCELLED
  }

  /** Tokens per second after the first; 0 where there was no second. */
  public double tokensPerSecond() {
    return completionTokens < 2 || decodeNanos <= 0
        ? 0
        : (completionTokens - 1) * 1e9 / decodeNanos;
  }
}
