package org.weft.shard.sampling;

import java.util.Map;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * How a token is chosen, by NUMERICS "Experts, sampling". Temperature 0 is greedy; topK 0, topP 1,
 * minP 0, penalties 0 (repetition 1) are off. What is out of range is refused with ARGUMENT, in a
 * sentence that uses the names of the HTTP interface.
 *
 * @param temperature 0 to 2; below 2^-100 it is greedy
 * @param topK how many of the likeliest tokens stay; 0 keeps all
 * @param topP 0 to 1: the shortest run of likeliest tokens with at least this much probability
 *     stays, one token at least
 * @param minP 0 to 1: tokens at least this probable, relative to the likeliest, stay
 * @param repetitionPenalty 10^-6 to 10^6: divides a positive logit, multiplies others, of every
 *     token in the prompt or the answer
 * @param presencePenalty -2 to 2: taken off the logit of every token of the answer
 * @param frequencyPenalty -2 to 2: taken off once for each time the token is in the answer
 * @param logitBias token to what is added to its logit, -100 to 100
 * @param seed any; one seed, position and choice draw one number
 */
public record SamplingParameters(
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    double presencePenalty,
    double frequencyPenalty,
    Map<Integer, Double> logitBias,
    long seed) {
  private static final double COLDEST = 0x1p-100;

  public SamplingParameters {
    within("temperature", temperature, 0, 2);
    if (topK < 0) {
      throw new ShardException(ShardError.ARGUMENT, "top_k must be 0 (off) or more, not " + topK);
    }
    within("top_p", topP, 0, 1);
    within("min_p", minP, 0, 1);
    within("repetition_penalty", repetitionPenalty, 1e-6, 1e6);
    within("presence_penalty", presencePenalty, -2, 2);
    within("frequency_penalty", frequencyPenalty, -2, 2);
    logitBias = Map.copyOf(logitBias);
    for (Map.Entry<Integer, Double> bias : logitBias.entrySet()) {
      if (bias.getKey() < 0) {
        throw new ShardException(
            ShardError.ARGUMENT, "logit_bias names the token " + bias.getKey() + ", below 0");
      }
      within("logit_bias of token " + bias.getKey(), bias.getValue(), -100, 100);
    }
  }

  /** The likeliest token each time, nothing else. */
  public static SamplingParameters greedy() {
    return new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(), 0);
  }

  /** Whether the best token is taken without a draw. */
  public boolean isGreedy() {
    return temperature < COLDEST;
  }

  /** Whether what was said before changes the logits. */
  boolean hasPenalties() {
    return repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0;
  }

  private static void within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new ShardException(
          ShardError.ARGUMENT,
          name + " must be from " + shown(least) + " to " + shown(most) + ", not " + shown(value));
    }
  }

  private static String shown(double value) {
    return value == (long) value ? Long.toString((long) value) : Double.toString(value);
  }
}
