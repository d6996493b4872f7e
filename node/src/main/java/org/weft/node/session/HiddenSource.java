package org.weft.node.session;

import java.lang.foreign.MemorySegment;

/**
 * Where a session's input rows come from: token embeddings, which can be made again when a chain is
 * mended.
 */
@FunctionalInterface
public interface HiddenSource {
  /** Writes f32 [count, width] for positions [position, position + count). */
  void read(int position, int count, MemorySegment into);
}
