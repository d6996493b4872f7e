package org.weft.shard.model;

import java.util.Optional;

/** KV pages of 32 positions for one span. Thread-safe. */
public final class KvPool implements AutoCloseable {
  public static final int PAGE_POSITIONS = 32;

  /** Bytes that a page takes over all blocks of the span. */
  public static long pageBytes(ModelConfig config, Span span, KvType type) {
    throw new UnsupportedOperationException("skeleton");
  }

  public KvPool(ModelConfig config, Span span, KvType type, int pages) {
    throw new UnsupportedOperationException("skeleton");
  }

  public int pages() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Pages reserved by open caches. */
  public int usedPages() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Reserves all pages that {@code maxLength} positions need, or nothing. */
  public Optional<KvCache> reserve(int maxLength) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }
}
