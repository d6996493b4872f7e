package org.weft.shard.model;

import java.lang.foreign.MemorySegment;

/**
 * Rows of one or several sessions that go through blocks together. Reused from step to step; one
 * owner.
 */
public final class Batch {
  public Batch(int maxRows, int width) {
    throw new UnsupportedOperationException("skeleton");
  }

  public void clear() {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Appends {@code rows} rows that stand at {@code position…} of {@code cache}; returns the index
   * of the first.
   */
  public int add(KvCache cache, int position, int rows) {
    throw new UnsupportedOperationException("skeleton");
  }

  public int rows() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** f32 [maxRows, width]: what the blocks read and overwrite. */
  public MemorySegment hidden() {
    throw new UnsupportedOperationException("skeleton");
  }
}
