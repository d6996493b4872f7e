package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * Rows of one or several sessions that go through blocks together. Reused from step to step; one
 * owner. Its memory is freed when the batch is no longer reachable.
 */
public final class Batch {
  private final int maxRows;
  private final int width;
  private final MemorySegment hidden; // f32 [maxRows, width]
  private final @Nullable KvCache[] caches; // of each row
  private final int[] positions; // of each row
  private int rows;
  private int failedRow = -1;

  /** Room for {@code maxRows} hidden states of {@code width} elements. */
  public Batch(int maxRows, int width) {
    if (maxRows < 1 || width < 1) {
      throw new ShardException(
          ShardError.ARGUMENT, "a batch of " + maxRows + " rows of " + width + " holds nothing");
    }
    this.maxRows = maxRows;
    this.width = width;
    hidden = Arena.ofAuto().allocate(maxRows * (long) width * Float.BYTES, 64);
    caches = new KvCache[maxRows];
    positions = new int[maxRows];
  }

  /** Forgets all rows. */
  public void clear() {
    Arrays.fill(caches, 0, rows, null);
    rows = 0;
    failedRow = -1;
  }

  /**
   * Appends {@code rows} rows that stand at {@code position…} of {@code cache}, and returns the
   * index of the first. The cache is cut to {@code position} when the batch runs.
   *
   * @throws ShardException TOO_LONG beyond what the cache reserved; ARGUMENT where the batch is
   *     full, the cache closed, positions before {@code position} are missing, or rows of the same
   *     cache that the batch already has do not end there
   */
  public int add(KvCache cache, int position, int rows) {
    cache.checkOpen();
    if (rows < 1 || rows > maxRows - this.rows) {
      throw new ShardException(
          ShardError.ARGUMENT,
          rows + " rows do not fit a batch of " + maxRows + " that has " + this.rows);
    }
    if (position < 0 || position > cache.maxLength() - rows) {
      throw new ShardException(
          ShardError.TOO_LONG,
          "positions "
              + position
              + " to "
              + ((long) position + rows)
              + " are beyond the "
              + cache.maxLength()
              + " reserved");
    }
    cache.checkStep(position, endBefore(this.rows, cache));
    int first = this.rows;
    for (int i = 0; i < rows; i++) {
      caches[first + i] = cache;
      positions[first + i] = position + i;
    }
    this.rows += rows;
    return first;
  }

  /** The position after the last row of {@code cache} before that row, or -1 if there is none. */
  int endBefore(int row, KvCache cache) {
    for (int i = row - 1; i >= 0; i--) {
      if (caches[i] == cache) {
        return positions[i] + 1;
      }
    }
    return -1;
  }

  public int rows() {
    return rows;
  }

  public int maxRows() {
    return maxRows;
  }

  public int width() {
    return width;
  }

  /** f32 [maxRows, width]: what the blocks read and overwrite. */
  public MemorySegment hidden() {
    return hidden;
  }

  /**
   * After {@link BlockSpan#forward} has thrown NON_FINITE: the first row whose hidden state was not
   * finite, so that the others may be sent again without its session. -1 before that.
   */
  public int failedRow() {
    return failedRow;
  }

  void failed(int row) {
    failedRow = row;
  }

  KvCache cache(int row) {
    KvCache cache = caches[row];
    if (cache == null) {
      throw new IllegalStateException("row " + row + " has no cache");
    }
    return cache;
  }

  int position(int row) {
    return positions[row];
  }

  /** Cuts every cache to where its first row stands. */
  void cutCaches() {
    for (int row = rows - 1; row >= 0; row--) {
      cache(row).cutBack(positions[row]);
    }
  }
}
