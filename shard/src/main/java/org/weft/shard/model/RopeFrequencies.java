package org.weft.shard.model;

import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.model.BlockPlan.RopeScaling;
import org.weft.shard.model.BlockPlan.Rotary;

/**
 * The angles of rotary positions (Su et al., 2021), all in double with StrictMath, as NUMERICS
 * asks: {@code base^(-2i / dimensions)}, divided by the file's factors where it has some (Llama 3),
 * then scaled. YaRN follows Peng et al., 2023, with llama.cpp's corners.
 *
 * @param perPosition radians that pair i turns from one position to the next
 * @param magnitude what sine and cosine are multiplied by
 */
record RopeFrequencies(double[] perPosition, double magnitude) {
  /** Where a file keeps what divides each frequency. */
  static final String FACTORS_TENSOR = "rope_freqs.weight";

  /** {@code factors}: what divides each frequency, or nothing. */
  static RopeFrequencies of(Rotary rope, float[] factors) {
    int pairs = rope.dimensions() / 2;
    double[] frequencies = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      frequencies[i] = StrictMath.pow(rope.base(), -2.0 * i / rope.dimensions());
      if (factors.length != 0) {
        if (!(factors[i] > 0)) {
          throw new ShardException(
              ShardError.FORMAT,
              "the tensor " + FACTORS_TENSOR + " has the factor " + factors[i] + ", not above 0");
        }
        frequencies[i] /= factors[i];
      }
    }
    return switch (rope.scaling()) {
      case RopeScaling.None() -> new RopeFrequencies(frequencies, rope.attentionFactor());
      case RopeScaling.Linear(double factor) -> {
        for (int i = 0; i < pairs; i++) {
          frequencies[i] /= factor;
        }
        yield new RopeFrequencies(frequencies, rope.attentionFactor());
      }
      case RopeScaling.Yarn yarn -> yarn(rope, yarn, frequencies);
    };
  }

  private static RopeFrequencies yarn(Rotary rope, RopeScaling.Yarn yarn, double[] frequencies) {
    double low = Math.max(0, StrictMath.floor(turningPair(rope, yarn, yarn.betaFast())));
    double high =
        Math.min(rope.dimensions() - 1, StrictMath.ceil(turningPair(rope, yarn, yarn.betaSlow())));
    for (int i = 0; i < frequencies.length; i++) {
      double ramp = (i - low) / Math.max(0.001, high - low);
      double keep = (1 - Math.min(1, Math.max(0, ramp))) * yarn.extrapolationFactor();
      frequencies[i] = frequencies[i] / yarn.factor() * (1 - keep) + frequencies[i] * keep;
    }
    double magnitude = rope.attentionFactor();
    if (yarn.extrapolationFactor() != 0) {
      magnitude *= 1 + 0.1 * StrictMath.log(yarn.factor());
    }
    return new RopeFrequencies(frequencies, magnitude);
  }

  /** The pair, as a fraction, that turns {@code turns} times over the original context. */
  private static double turningPair(Rotary rope, RopeScaling.Yarn yarn, double turns) {
    return rope.dimensions()
        * StrictMath.log(yarn.originalContext() / (turns * 2 * Math.PI))
        / (2 * StrictMath.log(rope.base()));
  }
}
