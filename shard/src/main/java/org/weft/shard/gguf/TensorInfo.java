package org.weft.shard.gguf;

import java.util.List;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * Where a tensor stands. {@code shape} is in GGUF order: the contiguous (summed) dimension first; a
 * matrix is [cols, rows]. {@code part} is the index of the file that holds it (0 unless the model
 * is split), {@code offset} counts from the beginning of that file.
 */
public record TensorInfo(
    String name, GgmlType type, List<Long> shape, int part, long offset, long bytes) {
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /**
   * What the tensor is computed as.
   *
   * @throws ShardException UNSUPPORTED for a type that Weft does not read
   */
  public TensorType computedType() {
    return TensorType.of(type)
        .orElseThrow(() ->
            new ShardException(
                ShardError.UNSUPPORTED,
                "tensor "
                    + SafeText.quote(name)
                    + " has type "
                    + type
                    + ", which Weft does not read yet"));
  }

  public long elements() {
    long elements = 1;
    for (long dimension : shape) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return elements;
  }
}
