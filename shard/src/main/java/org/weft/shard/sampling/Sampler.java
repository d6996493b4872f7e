package org.weft.shard.sampling;

import java.lang.foreign.MemorySegment;

/** Chooses tokens. One generation's; one thread at a time. */
public final class Sampler {
  /** {@code choice} is the index of the answer among {@code n}. */
  public Sampler(SamplingParameters parameters, int vocabulary, int choice) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Tells it of a token of the prompt (repetition penalty alone counts those). */
  public void prompt(int token) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * logits f32 [vocabulary]; {@code position} is that of the token to be chosen. Remembers what it
   * chose.
   */
  public int choose(MemorySegment logits, int position) {
    throw new UnsupportedOperationException("skeleton");
  }
}
