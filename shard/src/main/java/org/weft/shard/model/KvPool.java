package org.weft.shard.model;

import java.util.Optional;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.kernel.KvFormat;

/**
 * KV pages of 32 positions for one span, in one slab of memory that the system fills only as pages
 * are written. Thread-safe. A page that comes back is the next to be given out, so that memory in
 * use stays as small as the busiest moment asked.
 */
public final class KvPool implements AutoCloseable {
  public static final int PAGE_POSITIONS = KvFormat.POSITIONS;

  /** How far a cache of a model with a sliding window can be cut back, in positions. */
  public static final int DEFAULT_MAX_REWIND = 512;

  private final ModelConfig config;
  private final KvLayout layout;
  private final int maxRewind;
  private final Slab slab;

  /** Guarded by this, as all below. A stack of the pages that are free. */
  private final int[] free;

  private int freeCount;
  private volatile boolean closed;

  /** Bytes that a page takes over all blocks of the span. */
  public static long pageBytes(ModelConfig config, Span span, KvType type) {
    return new KvLayout(config, span, type).pageBytes();
  }

  public KvPool(ModelConfig config, Span span, KvType type, int pages) {
    this(config, span, type, pages, DEFAULT_MAX_REWIND);
  }

  /**
   * A pool of {@code pages} pages.
   *
   * @param maxRewind how far a cache of a model with a sliding window can be cut back, in positions
   */
  public KvPool(ModelConfig config, Span span, KvType type, int pages, int maxRewind) {
    if (pages < 1 || maxRewind < 1) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "a KV pool needs a page and a position of rewind at least: " + pages + ", " + maxRewind);
    }
    this.config = config;
    this.maxRewind = maxRewind;
    layout = new KvLayout(config, span, type);
    slab = new Slab(Math.multiplyExact(layout.pageBytes(), (long) pages));
    free = new int[pages];
    for (int i = 0; i < pages; i++) {
      free[i] = pages - 1 - i;
    }
    freeCount = pages;
  }

  public Span span() {
    return layout.span();
  }

  public KvType type() {
    return layout.type();
  }

  public int pages() {
    return free.length;
  }

  /** Positions of the longest cache that the pool, while all of it is free, has the pages for. */
  public int maxLength() {
    return pagesFor(Integer.MAX_VALUE) <= pages()
        ? Integer.MAX_VALUE
        : Math.toIntExact(Math.min((long) pages() * PAGE_POSITIONS, Integer.MAX_VALUE));
  }

  /** How far a cache of a model with a sliding window can be cut back, in positions. */
  public int maxRewind() {
    return maxRewind;
  }

  /** Pages reserved by open caches. */
  public synchronized int usedPages() {
    return free.length - freeCount;
  }

  /** Pages that a cache of {@code maxLength} positions takes. */
  public int pagesFor(int maxLength) {
    return pagesFor(maxLength, maxRewind);
  }

  private int pagesFor(int maxLength, int rewind) {
    int pages = Math.ceilDiv(maxLength, PAGE_POSITIONS);
    int window = layout.window();
    if (window == 0) {
      return pages;
    }
    return (int) Math.min(pages, Math.ceilDiv((long) window + rewind, PAGE_POSITIONS));
  }

  /** As {@link #reserve(int, int)}, with the pool's own {@link #maxRewind}. */
  public Optional<KvCache> reserve(int maxLength) {
    return reserve(maxLength, maxRewind);
  }

  /**
   * Reserves all pages that {@code maxLength} positions need, or nothing. A model whose every block
   * has a sliding window needs the pages of the window and of what it is cut back by only.
   *
   * @param rewind how far such a cache can be cut back, in positions; the pool's {@link #maxRewind}
   *     where that is more
   * @throws ShardException TOO_LONG if the model's context is shorter than {@code maxLength}
   */
  public Optional<KvCache> reserve(int maxLength, int rewind) {
    if (maxLength < 1) {
      throw new ShardException(
          ShardError.ARGUMENT, "a cache of " + maxLength + " positions holds nothing");
    }
    if (maxLength > config.context()) {
      throw new ShardException(
          ShardError.TOO_LONG,
          maxLength
              + " positions were asked for, but the context of "
              + config.name()
              + " has "
              + config.context());
    }
    int[] pages = new int[pagesFor(maxLength, Math.max(rewind, maxRewind))];
    synchronized (this) {
      if (closed) {
        throw new ShardException(ShardError.ARGUMENT, "the KV pool is closed");
      }
      if (freeCount < pages.length) {
        return Optional.empty();
      }
      for (int i = 0; i < pages.length; i++) {
        pages[i] = free[--freeCount];
      }
    }
    return Optional.of(new KvCache(this, layout, slab.memory(), pages, maxLength));
  }

  synchronized void giveBack(int[] pages) {
    for (int i = pages.length - 1; i >= 0; i--) {
      free[freeCount++] = pages[i];
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Frees the memory. Caches that are still open can be closed, and nothing else. */
  @Override
  public synchronized void close() {
    closed = true;
    slab.close();
  }
}
