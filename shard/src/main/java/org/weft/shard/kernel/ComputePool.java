package org.weft.shard.kernel;

/**
 * The fixed platform threads that do arithmetic. The caller of {@link #run} is one of them; one
 * caller at a time.
 */
public final class ComputePool implements AutoCloseable {
  public ComputePool(int threads) {
    throw new UnsupportedOperationException("skeleton");
  }

  public int threads() {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Splits [0, count) into ranges at multiples of {@code grain}, runs {@code task} over all,
   * returns when every one is done.
   */
  public void run(int count, int grain, RangeTask task) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** A piece of work over a half-open range. */
  @FunctionalInterface
  public interface RangeTask {
    void run(int worker, int from, int to);
  }
}
