package org.weft.tools.command;

import java.security.SecureRandom;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.weft.shard.ShardException;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Option;

/** How tokens are chosen, and how many. */
final class SamplingOptions {
  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "Tokens of the answer at most (default: until the model ends it or the context is full).")
  private @Nullable Integer maxTokens;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 to 2; 0 takes the likeliest token each time (default: ${DEFAULT-VALUE}).",
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

  /** Checked by their owner, so that no limit stands twice. */
  SamplingParameters parameters() {
    long drawn = seed == null ? new SecureRandom().nextLong() : seed;
    try {
      return new SamplingParameters(
          temperature, topK, topP, minP, repetitionPenalty, 0, 0, Map.of(), drawn);
    } catch (ShardException wrong) {
      throw new UsageException(option(String.valueOf(wrong.getMessage())));
    }
  }

  /** The sentence begins with a name of the HTTP interface: top_k, say, which is --top-k here. */
  private static String option(String sentence) {
    int end = sentence.indexOf(' ');
    return "--" + sentence.substring(0, end).replace('_', '-') + sentence.substring(end);
  }
}
