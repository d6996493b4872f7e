package org.weft.shard.model;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weft.shard.kernel.Activations;
import org.weft.shard.kernel.Elementwise;
import org.weft.shard.kernel.Kernels;
import org.weft.shard.kernel.MatMul;
import org.weft.shard.kernel.PackedMatrix;

/**
 * A matrix and, where the model has one, what is added to its products.
 *
 * @param bias f32 [matrix.rows]
 */
record Projection(PackedMatrix matrix, @Nullable MemorySegment bias) implements AutoCloseable {
  /** As {@link MatMul#rows}, the bias added afterwards. */
  void rows(Kernels kernels, Activations x, int from, int to, MemorySegment y, int yStride) {
    MatMul.rows(matrix, x, from, to, y, yStride);
    if (bias != null) {
      for (int t = 0; t < x.rows(); t++) {
        Elementwise.add(kernels, y, (long) t * yStride + from, bias, from, to - from);
      }
    }
  }

  @Override
  public void close() {
    matrix.close();
  }
}
