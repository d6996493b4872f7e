package org.weft.node.serving;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.weft.shard.model.Span;

/**
 * The blocks of this node as the server sees them: KV caches and one batch. {@code ModelCompute} is
 * the real one; tests put arithmetic that can be followed by hand in its place. Reserving is
 * thread-safe; the batch belongs to the compute thread. Failures are ShardExceptions.
 */
interface SpanCompute {
  /** The blocks that are served. */
  Span span();

  /** Elements of a hidden state. */
  int width();

  /** Positions that the model has. */
  int context();

  int pages();

  int usedPages();

  /**
   * Reserves all that {@code maxLength} positions need, or nothing. Where blocks have sliding
   * windows, the cache can be cut back by {@code maxRewind} positions at least.
   */
  Optional<SpanCache> reserve(int maxLength, int maxRewind);

  /** Rows that a batch holds. */
  int maxRows();

  /** f32 [maxRows, width]: what the blocks read and overwrite. */
  MemorySegment hidden();

  void clear();

  /** Appends rows to the batch, as Batch.add does. */
  void add(SpanCache cache, int position, int rows);

  /** Runs the batch through the blocks of {@code part}, appending to the caches. */
  void forward(Span part);
}
