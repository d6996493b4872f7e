package org.weft.shard.model;

import org.weft.shard.gguf.GgufFile;
import org.weft.shard.kernel.ComputePool;

/**
 * The weights of a span, packed. Immutable after load; forward is called by one thread at a time.
 */
public final class BlockSpan implements AutoCloseable {
  /**
   * Touches only the tensors of the span; {@code progress} hears of bytes packed so far and in all.
   */
  public static BlockSpan load(
      GgufFile file, ModelConfig config, Span span, ComputePool pool, LoadProgress progress) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** The names of the tensors that a span needs. */
  public static java.util.List<String> tensorNames(GgufFile file, ModelConfig config, Span span) {
    throw new UnsupportedOperationException("skeleton");
  }

  public Span span() {
    throw new UnsupportedOperationException("skeleton");
  }

  public long packedBytes() {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Runs the batch through every block of {@code part}, a sub-span. Appends to the caches.
   * NON_FINITE fails the batch.
   */
  public void forward(Batch batch, Span part) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Runs made-up rows until the kernels are compiled, or {@code deadlineNanos} of System.nanoTime
   * has passed.
   */
  public void warmUp(long deadlineNanos) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Hears how far a load is. */
  @FunctionalInterface
  public interface LoadProgress {
    void packed(long bytes, long total);
  }

  private BlockSpan() {}
}
