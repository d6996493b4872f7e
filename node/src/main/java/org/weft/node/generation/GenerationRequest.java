package org.weft.node.generation;

import java.util.List;
import java.util.OptionalInt;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.shard.sampling.SamplingParameters;

/**
 * One answer that is wanted. Sampling depends on the seed, the choice, the position and the logits
 * alone.
 *
 * @param prompt token ids, at least one; this record keeps a copy
 * @param maxTokens tokens to generate at most; empty: as many as the context holds
 * @param choice index of this answer among those to one prompt
 * @param stops texts that end the answer and are no part of it
 * @param topLogProbabilities how many candidates to report per token; empty: report no
 *     log-probabilities
 * @param continues whether the answer goes on with the prompt's text, so that a leading space is
 *     part of it
 * @param scorePrompt reports log-probabilities of the prompt's tokens, too
 */
public record GenerationRequest(
    int[] prompt,
    OptionalInt maxTokens,
    SamplingParameters sampling,
    int choice,
    List<String> stops,
    OptionalInt topLogProbabilities,
    boolean continues,
    boolean scorePrompt) {
  public GenerationRequest {
    if (prompt.length == 0) {
      throw new NodeException(NodeError.ARGUMENT, "the prompt has no tokens");
    }
    if (maxTokens.orElse(0) < 0 || choice < 0 || topLogProbabilities.orElse(0) < 0) {
      throw new NodeException(
          NodeError.ARGUMENT, "a count of tokens, choices or log-probabilities is negative");
    }
    if (stops.contains("")) {
      throw new NodeException(NodeError.ARGUMENT, "a stop text is empty");
    }
    prompt = prompt.clone();
    stops = List.copyOf(stops);
  }

  /** An answer without stops and log-probabilities. */
  public static GenerationRequest of(
      int[] prompt, OptionalInt maxTokens, SamplingParameters sampling, boolean continues) {
    return new GenerationRequest(
        prompt, maxTokens, sampling, 0, List.of(), OptionalInt.empty(), continues, false);
  }

  @Override
  public int[] prompt() {
    return prompt.clone();
  }
}
