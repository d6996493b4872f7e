package org.weft.tools.command;

import java.security.SecureRandom;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Option;

/** How tokens are chosen, and how many. */
final class SamplingOptions {
  private static final double MAX_TEMPERATURE = 100;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "Tokens of the answer at most (default: until the model ends it or the context is full).")
  private @Nullable Integer maxTokens;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 takes the likeliest token each time (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Choose among the K likeliest tokens; 0 is off (default).",
      defaultValue = "0")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Choose among the likeliest tokens that add up to P; 1 is off (default).",
      defaultValue = "1")
  private double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Leave out tokens less likely than P times the likeliest; 0 is off (default).",
      defaultValue = "0")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      description = "Above 1, makes tokens that have occurred less likely; 1 is off (default).",
      defaultValue = "1")
  private double repetitionPenalty;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The same seed gives the same answer (default: drawn at random).")
  private @Nullable Long seed;

  OptionalInt maxTokens() {
    if (maxTokens == null) {
      return OptionalInt.empty();
    }
    if (maxTokens < 1) {
      throw new UsageException("--max-tokens: " + maxTokens + " is not above zero");
    }
    return OptionalInt.of(maxTokens);
  }

  SamplingParameters parameters() {
    require(
        temperature >= 0 && temperature <= MAX_TEMPERATURE,
        "--temperature: " + temperature + " is not in 0 to 100");
    require(topK >= 0, "--top-k: " + topK + " is below zero");
    require(topP > 0 && topP <= 1, "--top-p: " + topP + " is not above 0 and at most 1");
    require(minP >= 0 && minP <= 1, "--min-p: " + minP + " is not in 0 to 1");
    require(
        repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
        "--repetition-penalty: " + repetitionPenalty + " is not above zero");
    long drawn = seed == null ? new SecureRandom().nextLong() : seed;
    return new SamplingParameters(
        temperature, topK, topP, minP, repetitionPenalty, 0, 0, Map.of(), drawn);
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new UsageException(sentence);
    }
  }
}
