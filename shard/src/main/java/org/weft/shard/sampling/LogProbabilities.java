package org.weft.shard.sampling;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** Log-probabilities (natural) of raw logits. */
public record LogProbabilities(double chosen, List<Candidate> top) {
  public record Candidate(int token, double logProbability) {}

  public static LogProbabilities of(
      MemorySegment logits, int vocabulary, int chosen, int topCount) {
    throw new UnsupportedOperationException("skeleton");
  }
}
