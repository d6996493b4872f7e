package org.weft.shard.model;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * One session's keys and values for one span. One owner at a time; {@link #close} gives the pages
 * back, once, and may be called again and from any thread that knows that no step is running.
 */
public final class KvCache implements AutoCloseable {
  private final KvPool pool;
  private final KvLayout layout;
  private final MemorySegment memory;
  private final int[] pages;
  private final int maxLength;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Where page i of the session begins in the slab: positions [32 i, 32 i + 32). In a sliding
   * window the pages are a ring, and their offsets come again.
   */
  private final long[] offsets;

  private int length;

  /** The oldest position that no later one has overwritten; above 0 only in a ring. */
  private int oldest;

  KvCache(KvPool pool, KvLayout layout, MemorySegment memory, int[] pages, int maxLength) {
    this.pool = pool;
    this.layout = layout;
    this.memory = memory;
    this.pages = pages;
    this.maxLength = maxLength;
    offsets = new long[Math.ceilDiv(maxLength, KvPool.PAGE_POSITIONS)];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = pages[i % pages.length] * layout.pageBytes();
    }
  }

  /** Positions that were reserved. */
  public int maxLength() {
    return maxLength;
  }

  /** Positions written. */
  public int length() {
    return length;
  }

  /** Pages that it holds. */
  public int pages() {
    return pages.length;
  }

  public Span span() {
    return layout.span();
  }

  /** The shortest length above 0 that {@link #truncate} can cut to. */
  public int shortestLength() {
    return oldest == 0 ? 0 : oldest + layout.window() - 1;
  }

  /**
   * Cuts to {@code length} positions, at most {@link #length()}. In a sliding window at least
   * {@link #shortestLength()}, or 0, are left: what came before has been overwritten.
   *
   * @throws ShardException ARGUMENT otherwise
   */
  public void truncate(int length) {
    if (length < 0 || length > this.length) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "a cache of " + this.length + " positions cannot be cut to " + length);
    }
    if (length == 0) {
      oldest = 0;
    } else if (length < shortestLength()) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "a cache of "
              + this.length
              + " positions cannot be cut to "
              + length
              + ": its sliding window keeps only what "
              + shortestLength()
              + " needs");
    }
    this.length = length;
  }

  /** Cuts back after a step that failed: to {@code length}, or to nothing where that is lost. */
  void cutBack(int length) {
    truncate(length < shortestLength() ? 0 : Math.min(length, this.length));
  }

  /**
   * How many rows may be written at once: the first of them must not lose the window before it to
   * the last.
   */
  int maxRowsAtOnce() {
    return offsets.length == pages.length
        ? maxLength
        : pages.length * KvPool.PAGE_POSITIONS - layout.window();
  }

  /** Notes that positions up to {@code end} are being written. */
  void advance(int end) {
    length = end;
    if (offsets.length > pages.length) {
      oldest = Math.max(oldest, end - pages.length * KvPool.PAGE_POSITIONS);
    }
  }

  void checkOpen() {
    if (closed.get()) {
      throw new ShardException(ShardError.ARGUMENT, "the cache is closed");
    }
  }

  MemorySegment memory() {
    return memory;
  }

  KvLayout layout() {
    return layout;
  }

  /** Byte offsets of the pages in {@link #memory()}, by position / 32. */
  long[] pageOffsets() {
    return offsets;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pool.giveBack(pages);
    }
  }
}
