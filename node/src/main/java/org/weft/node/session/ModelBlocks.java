package org.weft.node.session;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.weft.shard.model.Batch;
import org.weft.shard.model.BlockSpan;
import org.weft.shard.model.KvCache;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.ModelConfig;

/** The blocks of a loaded model. The caller of {@link LocalBlocks.Cache#forward} is alone. */
final class ModelBlocks implements LocalBlocks {
  private final BlockSpan blocks;
  private final ModelConfig config;
  private final KvPool pool;
  private final Batch batch;
  private final int maxRows;

  ModelBlocks(BlockSpan blocks, ModelConfig config, KvPool pool, int maxRows) {
    this.blocks = blocks;
    this.config = config;
    this.pool = pool;
    this.maxRows = maxRows;
    batch = new Batch(maxRows, config.width());
  }

  @Override
  public int width() {
    return config.width();
  }

  @Override
  public int maxLength() {
    return Math.min(config.context(), pool.maxLength());
  }

  @Override
  public int maxRows() {
    return maxRows;
  }

  @Override
  public Optional<Cache> reserve(int maxLength) {
    return pool.reserve(maxLength).map(ModelCache::new);
  }

  @Override
  public void close() {
    // Blocks and pool belong to whoever loaded them.
  }

  private final class ModelCache implements Cache {
    private final KvCache cache;

    ModelCache(KvCache cache) {
      this.cache = cache;
    }

    @Override
    public int length() {
      return cache.length();
    }

    @Override
    public void truncate(int length) {
      cache.truncate(length);
    }

    @Override
    public MemorySegment forward(int position, int rows, HiddenSource source) {
      long rowBytes = 4L * config.width();
      batch.clear();
      int first = batch.add(cache, position, rows);
      MemorySegment hidden = batch.hidden().asSlice(first * rowBytes, rows * rowBytes);
      source.read(position, rows, hidden);
      blocks.forward(batch, blocks.span());
      return hidden;
    }

    @Override
    public void close() {
      cache.close();
    }
  }
}
