package org.weft.node.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The rows that a step gives back: off the heap, and reused from step to step. The collector frees
 * it after the session, since a caller may still read the last rows while another thread closes.
 */
final class StepOutput {
  private final int width;
  private MemorySegment segment = MemorySegment.NULL;

  StepOutput(int width) {
    this.width = width;
  }

  /** Makes room; what was there is lost. */
  void prepare(int rows) {
    long bytes = bytes(rows);
    if (segment.byteSize() < bytes) {
      segment = Arena.ofAuto().allocate(Math.max(bytes, 2 * segment.byteSize()), 64);
    }
  }

  /** f32 [rows, width], beginning at row {@code from}. */
  MemorySegment rows(int from, int rows) {
    return rows == 0 ? MemorySegment.NULL : segment.asSlice(bytes(from), bytes(rows));
  }

  private long bytes(int rows) {
    return (long) rows * width * ValueLayout.JAVA_FLOAT.byteSize();
  }
}
