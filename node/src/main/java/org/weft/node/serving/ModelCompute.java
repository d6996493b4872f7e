package org.weft.node.serving;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.model.Batch;
import org.weft.shard.model.BlockSpan;
import org.weft.shard.model.KvCache;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.ModelConfig;
import org.weft.shard.model.Span;

/** A real span, its pool of KV pages and one batch. */
final class ModelCompute implements SpanCompute {
  private final BlockSpan blocks;
  private final KvPool pool;
  private final ModelConfig model;
  private final Batch batch;
  private final int maxRows;

  ModelCompute(BlockSpan blocks, KvPool pool, ModelConfig model, int maxRows) {
    this.blocks = blocks;
    this.pool = pool;
    this.model = model;
    this.maxRows = maxRows;
    batch = new Batch(maxRows, model.width());
  }

  @Override
  public Span span() {
    return blocks.span();
  }

  @Override
  public int width() {
    return model.width();
  }

  @Override
  public int context() {
    return model.context();
  }

  @Override
  public int pages() {
    return pool.pages();
  }

  @Override
  public int usedPages() {
    return pool.usedPages();
  }

  @Override
  public Optional<SpanCache> reserve(int maxLength, int maxRewind) {
    return pool.reserve(maxLength, maxRewind).map(Pages::new);
  }

  @Override
  public int maxRows() {
    return maxRows;
  }

  @Override
  public MemorySegment hidden() {
    return batch.hidden();
  }

  @Override
  public void clear() {
    batch.clear();
  }

  @Override
  public void add(SpanCache cache, int position, int rows) {
    if (!(cache instanceof Pages pages)) {
      throw new ShardException(ShardError.ARGUMENT, "a cache of another pool");
    }
    batch.add(pages.cache(), position, rows);
  }

  @Override
  public void forward(Span part) {
    blocks.forward(batch, part);
  }

  /** A cache of the real pool. */
  private record Pages(KvCache cache) implements SpanCache {
    @Override
    public int maxLength() {
      return cache.maxLength();
    }

    @Override
    public int pages() {
      return cache.pages();
    }

    @Override
    public int length() {
      return cache.length();
    }

    @Override
    public int shortestLength() {
      return cache.shortestLength();
    }

    @Override
    public void truncate(int length) {
      cache.truncate(length);
    }

    @Override
    public void close() {
      cache.close();
    }
  }
}
