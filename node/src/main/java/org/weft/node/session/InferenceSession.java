package org.weft.node.session;

import java.lang.foreign.MemorySegment;

/**
 * Hidden states through every block of the model, whether here or over a chain. One caller at a
 * time; {@link #close} may come from any thread, and ends a waiting step with CLOSED.
 */
public interface InferenceSession extends AutoCloseable {
  /** Which rows of the output a step gives back. */
  enum Rows {
    NONE,
    LAST,
    ALL
  }

  /** Positions that are reserved. */
  int maxLength();

  /**
   * Runs rows [position, position + count), which the session reads from its source. The cache is
   * cut to {@code position} first; a gap is refused. Cuts the work into chunks and keeps several in
   * flight.
   *
   * @return f32 [0, 1 or count, width], valid until the next call
   */
  MemorySegment step(int position, int count, Rows want);

  @Override
  void close();
}
