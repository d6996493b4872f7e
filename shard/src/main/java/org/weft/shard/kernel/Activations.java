package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Inputs of a matrix product: f32 [rows, cols] and their int8 form (blocks of 32), as the weights
 * at hand ask. Reused; one owner.
 */
public final class Activations implements AutoCloseable {
  public Activations(int maxRows, int maxCols) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** f32 [maxRows, maxCols], row stride the cols of the last {@link #shape}. */
  public MemorySegment values() {
    throw new UnsupportedOperationException("skeleton");
  }

  public void shape(int rows, int cols) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Quantises columns [from, to), multiples of 32, of every row. Callable from several workers on
   * disjoint ranges.
   */
  public void quantize(int fromRow, int toRow, int fromCol, int toCol) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }
}
