package org.weft.node.session;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Every block of a model in this process, as local sessions see them; a fake in tests. */
interface LocalBlocks extends AutoCloseable {
  /** Elements of a hidden state. */
  int width();

  /** Positions that a session can have: the model's, or those that all pages hold. */
  int maxLength();

  /** Rows that one pass takes at most. */
  int maxRows();

  /** Reserves what {@code maxLength} positions need, or nothing. Thread-safe. */
  Optional<Cache> reserve(int maxLength);

  @Override
  void close();

  /** One session's keys and values. Used by one thread at a time. */
  interface Cache extends AutoCloseable {
    int length();

    void truncate(int length);

    /**
     * Runs rows [position, position + rows) through every block.
     *
     * @return f32 [rows, width], valid until the next pass of any session
     */
    MemorySegment forward(int position, int rows, HiddenSource source);

    @Override
    void close();
  }
}
