package org.weft.shard.model;

import java.lang.foreign.MemorySegment;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.kernel.PackedMatrix;

/** Token embeddings. Immutable; any thread, until its {@link ModelEnds} is closed. */
public final class Embedding {
  private final PackedMatrix matrix; // [vocabulary, width]

  Embedding(PackedMatrix matrix) {
    this.matrix = matrix;
  }

  /**
   * Writes rows f32 [count, width] for {@code tokens[from, from + count)}, each element its real
   * value rounded once.
   *
   * @throws ShardException ARGUMENT for an id outside of the vocabulary; nothing is written then
   */
  public void rows(int[] tokens, int from, int count, MemorySegment into) {
    for (int i = from; i < from + count; i++) {
      if (tokens[i] < 0 || tokens[i] >= matrix.rows()) {
        throw new ShardException(
            ShardError.ARGUMENT,
            "the token id "
                + tokens[i]
                + " is outside of the vocabulary of "
                + matrix.rows()
                + " tokens");
      }
    }
    long rowBytes = matrix.cols() * (long) Float.BYTES;
    for (int i = 0; i < count; i++) {
      // The one row of a decode step is written without a slice, which would be garbage each time.
      MemorySegment row = count == 1 ? into : into.asSlice(i * rowBytes, rowBytes);
      matrix.dequantize(tokens[from + i], row);
    }
  }

  /** Tokens that have a row. */
  public int vocabulary() {
    return matrix.rows();
  }

  PackedMatrix matrix() {
    return matrix;
  }
}
