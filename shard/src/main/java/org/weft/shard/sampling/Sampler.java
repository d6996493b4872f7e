package org.weft.shard.sampling;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * Chooses tokens. One generation's; one thread at a time.
 *
 * <p>The definition (NUMERICS, "Experts, sampling"), all in double, {@code exp} of {@link
 * StrictMath}:
 *
 * <ol>
 *   <li>scores are the logits, widened; penalties (repetition, frequency, presence), then the bias
 *       are applied to them;
 *   <li>temperature 0: the first candidate, in the order score descending, id ascending, is chosen;
 *       else scores are divided by the temperature;
 *   <li>top-k keeps the first k candidates; weights of what is kept are {@code exp(score - largest
 *       score)};
 *   <li>top-p keeps the candidates up to the first at which their weights, added in candidate
 *       order, reach {@code topP} times the sum of all weights, added in id order;
 *   <li>min-p keeps weights of {@code minP} or more;
 *   <li>with u from {@link Philox} and the kept weights added in id order, the first id is chosen
 *       at which the running sum exceeds u times the whole sum.
 * </ol>
 *
 * Each of the three cuts keeps a prefix of the candidates' order, so none needs a sorted
 * vocabulary: a cut is known by its last candidate. Nothing is allocated per token.
 */
public final class Sampler {
  private final SamplingParameters parameters;
  private final int vocabulary;
  private final int choice;
  private final @Nullable Penalties penalties;
  private final int[] biasTokens;
  private final double[] biases;

  /** [vocabulary]. */
  private final double[] scores;

  /** [vocabulary]; 0 for what was cut. */
  private final double[] weights;

  private final CandidateHeap topK;
  private final CandidateHeap topP;

  /** The last candidate that is kept; its score is minus infinity before anything is cut. */
  private double lastScore;

  private int lastId;

  /** {@code choice} is the index of the answer among {@code n}. */
  public Sampler(SamplingParameters parameters, int vocabulary, int choice) {
    this.parameters = parameters;
    this.vocabulary = vocabulary;
    this.choice = choice;
    this.penalties = parameters.hasPenalties() ? new Penalties(parameters, vocabulary) : null;
    this.biasTokens = parameters.logitBias().keySet().stream().mapToInt(i -> i).sorted().toArray();
    this.biases = new double[biasTokens.length];
    for (int i = 0; i < biasTokens.length; i++) {
      if (biasTokens[i] >= vocabulary) {
        throw new ShardException(
            ShardError.ARGUMENT,
            "logit_bias names the token "
                + biasTokens[i]
                + ", and the model's tokens end at "
                + (vocabulary - 1));
      }
      biases[i] = parameters.logitBias().getOrDefault(biasTokens[i], 0.0);
    }
    boolean draws = !parameters.isGreedy();
    boolean cutsK = draws && parameters.topK() > 0 && parameters.topK() < vocabulary;
    this.scores = new double[draws || changesLogits() ? vocabulary : 0];
    this.weights = new double[draws ? vocabulary : 0];
    this.topK = new CandidateHeap(scores, cutsK ? parameters.topK() : 0, false);
    this.topP = new CandidateHeap(scores, draws && parameters.topP() < 1 ? vocabulary : 0, true);
  }

  /** Tells it of a token of the prompt (repetition penalty alone counts those). */
  public void prompt(int token) {
    checkToken(token);
    if (penalties != null) {
      penalties.addPrompt(token);
    }
  }

  /** Tells it of a token of the answer that it did not choose itself. */
  public void generated(int token) {
    checkToken(token);
    if (penalties != null) {
      penalties.addGenerated(token);
    }
  }

  /**
   * logits f32 [vocabulary]; {@code position} is that of the token to be chosen. Remembers what it
   * chose. Refuses logits that are not finite with NON_FINITE.
   */
  public int choose(MemorySegment logits, int position) {
    int token;
    if (scores.length == 0) {
      token = likeliest(logits);
    } else {
      load(logits);
      token = parameters.isGreedy() ? best() : draw(position);
    }
    if (penalties != null) {
      penalties.addGenerated(token);
    }
    return token;
  }

  private boolean changesLogits() {
    return penalties != null || biasTokens.length > 0;
  }

  private void checkToken(int token) {
    if (token < 0 || token >= vocabulary) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "there is no token " + token + ": the model's tokens end at " + (vocabulary - 1));
    }
  }

  private int likeliest(MemorySegment logits) {
    int best = 0;
    float bestLogit = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabulary; i++) {
      float logit = Logits.at(logits, i);
      if (logit > bestLogit) {
        bestLogit = logit;
        best = i;
      }
    }
    return best;
  }

  private void load(MemorySegment logits) {
    for (int i = 0; i < vocabulary; i++) {
      scores[i] = Logits.at(logits, i);
    }
    if (penalties != null) {
      penalties.apply(scores);
    }
    for (int i = 0; i < biasTokens.length; i++) {
      scores[biasTokens[i]] += biases[i];
    }
  }

  private int best() {
    int best = 0;
    for (int i = 1; i < vocabulary; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return best;
  }

  private int draw(int position) {
    double temperature = parameters.temperature();
    for (int i = 0; i < vocabulary; i++) {
      scores[i] /= temperature;
    }
    lastScore = Double.NEGATIVE_INFINITY;
    lastId = vocabulary;
    cutTopK();
    double sum = weigh();
    if (parameters.topP() < 1) {
      cutTopP(sum);
    }
    if (parameters.topP() < 1 || parameters.minP() > 0) {
      sum = sumOfKept();
    }
    return drawn(Philox.uniform(parameters.seed(), position, choice) * sum);
  }

  private boolean kept(int id) {
    return scores[id] > lastScore || (scores[id] == lastScore && id <= lastId);
  }

  private void cutTopK() {
    int k = parameters.topK();
    if (k == 0 || k >= vocabulary) {
      return;
    }
    topK.clear();
    for (int i = 0; i < k; i++) {
      topK.append(i);
    }
    topK.order();
    for (int i = k; i < vocabulary; i++) {
      // An equal score loses against those before it, whose ids are lower.
      if (scores[i] > scores[topK.root()]) {
        topK.replaceRoot(i);
      }
    }
    lastId = topK.root();
    lastScore = scores[lastId];
  }

  private double weigh() {
    double largest = scores[best()];
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      weights[i] = kept(i) ? StrictMath.exp(scores[i] - largest) : 0;
      sum += weights[i];
    }
    return sum;
  }

  private void cutTopP(double sum) {
    // All weights below this one come to less than half of what top-p leaves out, so the cut is
    // found among the others; should rounding say otherwise, all are looked at.
    double enough = (1 - parameters.topP()) * sum / vocabulary / 2;
    if (!cutTopP(sum, enough)) {
      cutTopP(sum, Double.MIN_VALUE);
    }
  }

  private boolean cutTopP(double sum, double leastWeight) {
    topP.clear();
    for (int i = 0; i < vocabulary; i++) {
      if (weights[i] >= leastWeight && weights[i] > 0) {
        topP.append(i);
      }
    }
    topP.order();
    double target = parameters.topP() * sum;
    double reached = 0;
    while (topP.size() > 0) {
      int id = topP.removeRoot();
      reached += weights[id];
      if (reached >= target) {
        lastId = id;
        lastScore = scores[id];
        return true;
      }
    }
    return false;
  }

  private double sumOfKept() {
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      if (!kept(i) || weights[i] < parameters.minP()) {
        weights[i] = 0;
      }
      sum += weights[i];
    }
    return sum;
  }

  private int drawn(double target) {
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      sum += weights[i];
      if (sum > target) {
        return i;
      }
    }
    throw new IllegalStateException("u is below 1, and so the target below the sum");
  }
}
