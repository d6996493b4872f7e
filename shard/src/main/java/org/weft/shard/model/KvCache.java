package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
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
  private final MemorySegment offsets; // int64 [ceil(maxLength / 32)]

  /** Whether pages come again, which only a sliding window allows. */
  private final boolean ring;

  private int length;

  /** The oldest position that no later one has overwritten; above 0 only in a ring. */
  private int oldest;

  KvCache(KvPool pool, KvLayout layout, MemorySegment memory, int[] pages, int maxLength) {
    this.pool = pool;
    this.layout = layout;
    this.memory = memory;
    this.pages = pages;
    this.maxLength = maxLength;
    int count = Math.ceilDiv(maxLength, KvPool.PAGE_POSITIONS);
    ring = count > pages.length;
    offsets = Arena.ofAuto().allocate(JAVA_LONG, count);
    for (int i = 0; i < count; i++) {
      offsets.setAtIndex(JAVA_LONG, i, pages[i % pages.length] * layout.pageBytes());
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
    if (!canCutTo(length)) {
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
    if (length == 0) {
      oldest = 0;
    }
    this.length = length;
  }

  boolean isRing() {
    return ring;
  }

  /** Whether {@link #truncate} could cut to {@code length}, were the cache that long. */
  boolean canCutTo(int length) {
    return length == 0 || length >= shortestLength();
  }

  /** Cuts back after a step that failed: to {@code length}, or to nothing where that is lost. */
  void cutBack(int length) {
    truncate(canCutTo(length) ? Math.min(length, this.length) : 0);
  }

  /**
   * How many rows may be written at once: the first of them must not lose the window before it to
   * the last.
   */
  int maxRowsAtOnce() {
    return !ring ? maxLength : pages.length * KvPool.PAGE_POSITIONS - layout.window();
  }

  /** Notes that positions up to {@code end} are being written. */
  void advance(int end) {
    length = end;
    if (ring) {
      oldest = Math.max(oldest, end - pages.length * KvPool.PAGE_POSITIONS);
    }
  }

  /**
   * Refuses a step at {@code position} that leaves a gap or wants back what is lost. {@code end}:
   * where the rows before it in the same batch end, or -1.
   */
  void checkStep(int position, int end) {
    if (end >= 0 ? position != end : position > length) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "a step at position "
              + position
              + " does not follow the "
              + (end >= 0 ? end : length)
              + " positions before it");
    }
    if (end < 0 && !canCutTo(position)) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "a step at position "
              + position
              + " comes too late: the sliding window keeps only what "
              + shortestLength()
              + " needs");
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

  /** int64 [pages of the session]: byte offsets in {@link #memory()}, by position / 32. */
  MemorySegment pageOffsets() {
    return offsets;
  }

  /** Byte offset of the page that {@code position} stands in. */
  long pageOffset(int position) {
    return offsets.getAtIndex(JAVA_LONG, position / KvPool.PAGE_POSITIONS);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pool.giveBack(pages);
    }
  }
}
