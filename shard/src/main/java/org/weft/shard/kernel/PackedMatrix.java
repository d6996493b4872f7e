package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;
import org.weft.shard.gguf.TensorType;

/**
 * A weight matrix [rows, cols] in the packed layout, in anonymous memory of its own. Immutable; any
 * thread; close once.
 */
public final class PackedMatrix implements AutoCloseable {
  /**
   * Packs GGUF bytes (rows of {@code cols}); non-finite weights or scales are refused, naming the
   * tensor.
   */
  public static PackedMatrix pack(
      String name, TensorType type, int rows, int cols, MemorySegment source, ComputePool pool) {
    throw new UnsupportedOperationException("skeleton");
  }

  public TensorType type() {
    throw new UnsupportedOperationException("skeleton");
  }

  public int rows() {
    throw new UnsupportedOperationException("skeleton");
  }

  public int cols() {
    throw new UnsupportedOperationException("skeleton");
  }

  public long bytes() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** One row as f32 [cols]: each element its real value rounded once. */
  public void dequantize(int row, MemorySegment into) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }

  private PackedMatrix() {}
}
