package org.weft.shard.model;

import java.lang.foreign.MemorySegment;

/** Token embeddings. Immutable. */
public final class Embedding {
  /** Writes rows f32 [count, width] for {@code tokens[from, from + count)}. */
  public void rows(int[] tokens, int from, int count, MemorySegment into) {
    throw new UnsupportedOperationException("skeleton");
  }

  Embedding() {}
}
