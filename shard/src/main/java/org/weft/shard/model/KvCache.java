package org.weft.shard.model;

/**
 * One session's keys and values for one span. One owner at a time; {@link #close} gives the pages
 * back, once.
 */
public final class KvCache implements AutoCloseable {
  public int maxLength() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Positions written. */
  public int length() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Cuts to {@code length} positions, at most {@link #length()}. */
  public void truncate(int length) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }

  KvCache() {}
}
