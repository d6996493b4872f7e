package org.weft.shard.model;

import java.util.List;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.kernel.ComputePool;

/**
 * Takes a batch through the blocks of a span: checks it, cuts it into chunks that the workspace and
 * the caches' rings can hold, and cuts the caches back if anything fails. One thread at a time.
 */
final class SpanForward implements AutoCloseable {
  /** Rows that go through the blocks at once. */
  static final int MAX_CHUNK = 128;

  private final ModelConfig config;
  private final List<LoadedBlock> blocks;
  private final BlockForward forward;

  SpanForward(ModelConfig config, List<LoadedBlock> blocks, RopeTable rope, ComputePool pool) {
    this.config = config;
    this.blocks = List.copyOf(blocks);
    int queryRows = 0;
    int kvRows = 0;
    int feedForward = 0;
    for (LoadedBlock block : blocks) {
      BlockPlan plan = block.weights().plan();
      queryRows = Math.max(queryRows, plan.attention().queryRows());
      kvRows = Math.max(kvRows, plan.attention().kvRows());
      feedForward = Math.max(feedForward, plan.feedForward().length());
    }
    Workspace.Sizes sizes = new Workspace.Sizes(config.width(), queryRows, kvRows, feedForward);
    forward = new BlockForward(config.width(), MAX_CHUNK, sizes, rope, pool, blocks);
  }

  /** As {@link BlockSpan#forward}; the blocks are those of {@code part}. */
  void run(Batch batch, Span part) {
    check(batch, part);
    batch.failed(-1);
    batch.cutCaches();
    boolean complete = false;
    try {
      for (int from = 0; from < batch.rows(); ) {
        int rows = chunkFrom(batch, from);
        chunk(batch, from, rows, part);
        from += rows;
      }
      complete = true;
    } finally {
      if (!complete) {
        batch.cutCaches();
      }
    }
  }

  private void check(Batch batch, Span part) {
    if (batch.width() != config.width()) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "rows of " + batch.width() + " elements for a model of width " + config.width());
    }
    for (int row = 0; row < batch.rows(); row++) {
      KvCache cache = batch.cache(row);
      if (row == 0 || cache != batch.cache(row - 1)) {
        checkCache(cache, part);
        cache.checkStep(batch.position(row), batch.endBefore(row, cache));
      }
    }
  }

  private void checkCache(KvCache cache, Span part) {
    cache.checkOpen();
    for (int i = part.start(); i < part.end(); i++) {
      if (!cache.layout().holds(i, config.plan(i).attention())) {
        throw new ShardException(
            ShardError.ARGUMENT,
            "a cache for blocks " + cache.span() + " does not hold block " + i + " of this model");
      }
    }
  }

  /** How many rows from there go at once: no cache that is a ring may overwrite its own window. */
  private static int chunkFrom(Batch batch, int from) {
    int most = Math.min(MAX_CHUNK, batch.rows() - from);
    int rows = 1;
    while (rows < most && fitsRing(batch, from, from + rows)) {
      rows++;
    }
    return rows;
  }

  private static boolean fitsRing(Batch batch, int from, int row) {
    KvCache cache = batch.cache(row);
    if (!cache.isRing()) {
      return true;
    }
    for (int i = from; i < row; i++) {
      if (batch.cache(i) == cache) {
        return batch.position(row) - batch.position(i) < cache.maxRowsAtOnce();
      }
    }
    return true;
  }

  private void chunk(Batch batch, int from, int rows, Span part) {
    for (int row = from; row < from + rows; row++) {
      batch.cache(row).advance(batch.position(row) + 1);
    }
    forward.begin(batch, from, rows);
    int start = blocks.getFirst().index();
    for (int i = part.start(); i < part.end(); i++) {
      forward.run(blocks.get(i - start));
      int failed = forward.failedRow();
      if (failed >= 0) {
        batch.failed(failed);
        throw new ShardException(
            ShardError.NON_FINITE,
            "block "
                + i
                + " gives a hidden state that is not finite at position "
                + batch.position(failed));
      }
    }
  }

  @Override
  public void close() {
    forward.close();
  }
}
