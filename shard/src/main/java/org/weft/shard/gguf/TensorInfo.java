package org.weft.shard.gguf;

/**
 * Where a tensor stands. {@code shape} is in GGUF order: the contiguous (summed) dimension first; a
 * matrix is [cols, rows].
 */
public record TensorInfo(
    String name, TensorType type, java.util.List<Long> shape, int part, long offset, long bytes) {
  public long elements() {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }
}
