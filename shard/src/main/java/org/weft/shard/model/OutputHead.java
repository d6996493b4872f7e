package org.weft.shard.model;

import java.lang.foreign.MemorySegment;

/** Final norm and output matrix. One thread at a time. */
public final class OutputHead {
  /** hidden f32 [rows, width] to logits f32 [rows, vocabulary]; NON_FINITE fails. */
  public void logits(MemorySegment hidden, int rows, MemorySegment logits) {
    throw new UnsupportedOperationException("skeleton");
  }

  public void warmUp(long deadlineNanos) {
    throw new UnsupportedOperationException("skeleton");
  }

  OutputHead() {}
}
