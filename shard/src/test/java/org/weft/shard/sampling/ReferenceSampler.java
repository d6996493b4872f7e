package org.weft.shard.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The definition in {@link Sampler}'s Javadoc, as plainly as it can be written down. */
final class ReferenceSampler {
  private final SamplingParameters p;
  private final int choice;
  private final List<Integer> prompt = new ArrayList<>();
  private final List<Integer> answer = new ArrayList<>();

  ReferenceSampler(SamplingParameters parameters, int choice) {
    this.p = parameters;
    this.choice = choice;
  }

  void prompt(int token) {
    prompt.add(token);
  }

  int choose(float[] logits, int position) {
    int token = chosen(logits, position);
    answer.add(token);
    return token;
  }

  private int chosen(float[] logits, int position) {
    double[] scores = new double[logits.length];
    Set<Integer> said = new HashSet<>(prompt);
    said.addAll(answer);
    for (int i = 0; i < logits.length; i++) {
      double score = logits[i];
      if (said.contains(i)) {
        score = score > 0 ? score / p.repetitionPenalty() : score * p.repetitionPenalty();
      }
      int id = i;
      long times = answer.stream().filter(token -> token == id).count();
      if (times > 0) {
        score = score - p.frequencyPenalty() * times - p.presencePenalty();
      }
      scores[i] = score + p.logitBias().getOrDefault(i, 0.0);
    }
    if (p.temperature() > 0) {
      IntStream.range(0, scores.length).forEach(i -> scores[i] /= p.temperature());
    }
    List<Integer> order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(i -> 0.0 - scores[i])
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    if (p.temperature() == 0) {
      return order.getFirst();
    }
    double largest = scores[order.getFirst()];
    if (p.topK() > 0 && p.topK() < order.size()) {
      order = order.subList(0, p.topK());
    }
    if (p.topP() < 1) {
      double target = p.topP() * sum(order, scores, largest);
      double reached = 0;
      int length = 0;
      do {
        reached += StrictMath.exp(scores[order.get(length++)] - largest);
      } while (reached < target && length < order.size());
      order = order.subList(0, length);
    }
    List<Integer> kept =
        order.stream()
            .filter(i -> StrictMath.exp(scores[i] - largest) >= p.minP())
            .sorted()
            .toList();
    double target = Philox.uniform(p.seed(), position, choice) * sum(kept, scores, largest);
    double running = 0;
    for (int i : kept) {
      running += StrictMath.exp(scores[i] - largest);
      if (running > target) {
        return i;
      }
    }
    throw new AssertionError("nothing was drawn");
  }

  private static double sum(List<Integer> ids, double[] scores, double largest) {
    double sum = 0;
    for (int i : ids.stream().sorted().toList()) {
      sum += StrictMath.exp(scores[i] - largest);
    }
    return sum;
  }
}
