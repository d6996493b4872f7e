package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.TensorType;

/**
 * A weight matrix [rows, cols] in the packed layout, in anonymous memory of its own. Immutable; any
 * thread; close once, when no product is under way.
 */
public final class PackedMatrix implements AutoCloseable {
  /** Names the packed layout; part of the key wherever packed bytes are kept. */
  public static final int LAYOUT = PackedLayout.ID;

  private final PackedLayout layout;
  private final WeightMemory memory;

  private PackedMatrix(PackedLayout layout, WeightMemory memory) {
    this.layout = layout;
    this.memory = memory;
  }

  /**
   * Packs GGUF bytes (rows of {@code cols}), reading the source once, in parallel; non-finite
   * weights or scales are refused, naming the tensor.
   *
   * @throws ShardException NON_FINITE; FORMAT for a source of another length, or columns that do
   *     not fill the type's blocks
   */
  public static PackedMatrix pack(
      String name, TensorType type, int rows, int cols, MemorySegment source, ComputePool pool) {
    long expected = sourceBytes(type, rows, cols);
    if (rows < 1 || cols < 1 || cols % type.blockElements() != 0) {
      throw new ShardException(
          ShardError.FORMAT,
          "tensor " + name + ": " + type + " cannot hold " + rows + " rows of " + cols);
    }
    if (source.byteSize() != expected) {
      throw new ShardException(
          ShardError.FORMAT,
          "tensor " + name + " has " + source.byteSize() + " bytes and needs " + expected);
    }
    PackedLayout layout = new PackedLayout(type, rows, cols);
    WeightMemory memory = WeightMemory.allocate(layout.bytes());
    try {
      Packing packing = Packing.of(layout, source, memory.segment());
      pool.run(layout.panels(), 4, (worker, from, to) -> packing.panels(name, from, to));
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
    return new PackedMatrix(layout, memory);
  }

  /** Bytes of that many rows in a model file. */
  public static long sourceBytes(TensorType type, int rows, int cols) {
    return (long) rows * (cols / type.blockElements()) * type.blockBytes();
  }

  /** Bytes that {@link #pack} takes. */
  public static long packedBytes(TensorType type, int rows, int cols) {
    return WeightMemory.rounded(new PackedLayout(type, rows, cols).bytes());
  }

  public TensorType type() {
    return layout.type();
  }

  public int rows() {
    return layout.rows();
  }

  public int cols() {
    return layout.cols();
  }

  /** Whether products need the int8 form of the activations ({@link Activations#quantize}). */
  public boolean quantized() {
    return switch (layout.type()) {
      case F32, F16, BF16 -> false;
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K -> true;
    };
  }

  /** Bytes of memory taken. */
  public long bytes() {
    return memory.bytes();
  }

  /** One row as f32 [cols]: each element its real value rounded once. */
  public void dequantize(int row, MemorySegment into) {
    Dequantize.row(this, row, into);
  }

  PackedLayout layout() {
    return layout;
  }

  /** The packed bytes. */
  MemorySegment data() {
    return memory.segment();
  }

  @Override
  public void close() {
    memory.close();
  }
}
