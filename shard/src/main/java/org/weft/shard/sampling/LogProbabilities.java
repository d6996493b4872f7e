package org.weft.shard.sampling;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Log-probabilities (natural) of raw logits: {@code (logit - largest) - log(sum of exp(logit -
 * largest))}, in double with {@link StrictMath}, the sum in id order.
 *
 * @param chosen that of the chosen token
 * @param top the likeliest tokens, by logit descending, then id ascending
 */
public record LogProbabilities(double chosen, List<Candidate> top) {
  public record Candidate(int token, double logProbability) {}

  public LogProbabilities {
    top = List.copyOf(top);
  }

  /**
   * logits f32 [vocabulary]; {@code top} has {@code topCount} tokens, or the whole vocabulary where
   * that is smaller. Refuses logits that are not finite with NON_FINITE.
   */
  public static LogProbabilities of(
      MemorySegment logits, int vocabulary, int chosen, int topCount) {
    int[] best = new int[Math.min(topCount, vocabulary)]; // tokens in order
    int found = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabulary; i++) {
      float logit = Logits.at(logits, i);
      largest = Math.max(largest, logit);
      if (found < best.length) {
        insert(logits, best, found++, i);
      } else if (found > 0 && logit > Logits.at(logits, best[found - 1])) {
        insert(logits, best, found - 1, i);
      }
    }
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      sum += StrictMath.exp(Logits.at(logits, i) - largest);
    }
    double logSum = StrictMath.log(sum);
    List<Candidate> top = new ArrayList<>(found);
    for (int id : best) {
      top.add(new Candidate(id, Logits.at(logits, id) - largest - logSum));
    }
    return new LogProbabilities(Logits.at(logits, chosen) - largest - logSum, top);
  }

  /** Puts a token, whose id is above theirs, in order among the first {@code n} of best. */
  private static void insert(MemorySegment logits, int[] best, int n, int id) {
    float logit = Logits.at(logits, id);
    int at = n;
    while (at > 0 && logit > Logits.at(logits, best[at - 1])) {
      best[at] = best[at - 1];
      at--;
    }
    best[at] = id;
  }
}
