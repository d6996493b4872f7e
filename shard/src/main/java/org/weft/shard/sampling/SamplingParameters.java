package org.weft.shard.sampling;

import java.util.Map;

/**
 * How a token is chosen, by NUMERICS "Experts, sampling". Temperature 0 is greedy; topK 0, topP 1,
 * minP 0, penalties 0 (repetition 1) are off.
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
  public static SamplingParameters greedy() {
    return new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(), 0);
  }
}
