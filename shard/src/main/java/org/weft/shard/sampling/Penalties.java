package org.weft.shard.sampling;

import java.util.Arrays;

/**
 * What a generation has said, and what that takes off its logits. One generation's; one thread at a
 * time.
 */
final class Penalties {
  private final double repetition;
  private final double presence;
  private final double frequency;

  /** How often each token is in the answer; [vocabulary]. */
  private final int[] generated;

  private final boolean[] seen;

  /** The tokens seen, each once, in the order in which they came. */
  private int[] tokens = new int[64];

  private int tokenCount;

  Penalties(SamplingParameters parameters, int vocabulary) {
    this.repetition = parameters.repetitionPenalty();
    this.presence = parameters.presencePenalty();
    this.frequency = parameters.frequencyPenalty();
    this.generated = new int[vocabulary];
    this.seen = new boolean[vocabulary];
  }

  void addPrompt(int token) {
    if (!seen[token]) {
      seen[token] = true;
      if (tokenCount == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * tokenCount);
      }
      tokens[tokenCount++] = token;
    }
  }

  void addGenerated(int token) {
    addPrompt(token);
    generated[token]++;
  }

  /** Repetition first, then frequency, then presence, each rounded; scores [vocabulary]. */
  void apply(double[] scores) {
    for (int i = 0; i < tokenCount; i++) {
      int token = tokens[i];
      double score = scores[token];
      score = score > 0 ? score / repetition : score * repetition;
      if (generated[token] > 0) {
        score -= frequency * generated[token];
        score -= presence;
      }
      scores[token] = score;
    }
  }
}
