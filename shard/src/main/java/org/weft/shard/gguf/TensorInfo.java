package org.weft.shard.gguf;

import java.util.List;

/**
 * Where a tensor stands. {@code shape} is in GGUF order: the contiguous (summed) dimension first; a
 * matrix is [cols, rows]. {@code part} is the index of the file that holds it (0 unless the model
 * is split), {@code offset} counts from the beginning of that file.
 */
public record TensorInfo(
    String name, TensorType type, List<Long> shape, int part, long offset, long bytes) {
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  public long elements() {
    long elements = 1;
    for (long dimension : shape) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return elements;
  }
}
