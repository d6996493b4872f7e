package org.weft.shard.sampling;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
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
    double[] scores = new double[vocabulary];
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabulary; i++) {
      scores[i] = Logits.at(logits, i);
      largest = Math.max(largest, scores[i]);
    }
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      sum += StrictMath.exp(scores[i] - largest);
    }
    double logSum = StrictMath.log(sum);
    CandidateHeap heap = new CandidateHeap(scores, Math.min(topCount, vocabulary), false);
    for (int i = 0; i < vocabulary && topCount > 0; i++) {
      if (heap.size() < topCount) {
        heap.append(i);
        if (heap.size() == Math.min(topCount, vocabulary)) {
          heap.order();
        }
      } else if (scores[i] > scores[heap.root()]) {
        heap.replaceRoot(i);
      }
    }
    Deque<Candidate> top = new ArrayDeque<>();
    while (heap.size() > 0) {
      int id = heap.removeRoot();
      top.addFirst(new Candidate(id, scores[id] - largest - logSum));
    }
    return new LogProbabilities(scores[chosen] - largest - logSum, List.copyOf(top));
  }
}
