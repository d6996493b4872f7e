package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Inputs of a matrix product: f32 [rows, cols] and their int8 form (blocks of 32), as the weights
 * at hand ask ({@link PackedMatrix#quantized}). Reused; one owner. The product is computed with the
 * family of kernels given here.
 */
public final class Activations implements AutoCloseable {
  /** Columns of one block of the int8 form. */
  static final int BLOCK = 32;

  private final Kernels kernels;
  private final int maxRows;
  private final int maxCols;
  private final Arena arena = Arena.ofShared();

  private final MemorySegment values; // f32 [rows, cols]
  private final MemorySegment pairs; // int16 [rows, cols]: of every four q0 q2 q1 q3
  private final MemorySegment integers; // f32 [rows, cols], the q as whole numbers
  private final MemorySegment scales; // f32 [rows, cols / 32], d
  private final MemorySegment sums; // int32 [rows, cols / 32], the sum of q
  private final MemorySegment scaledSums; // f32 [rows, cols / 32], d times the sum of q

  private int rows;
  private int cols;

  /** Room for [maxRows, maxCols] with the chosen family of kernels. */
  public Activations(int maxRows, int maxCols) {
    this(Kernels.chosen(), maxRows, maxCols);
  }

  /** Room for [maxRows, maxCols]; products with these inputs use {@code kernels}. */
  public Activations(Kernels kernels, int maxRows, int maxCols) {
    if (maxRows < 1 || maxCols < 1) {
      throw new IllegalArgumentException("shape " + maxRows + " x " + maxCols);
    }
    this.kernels = kernels;
    this.maxRows = maxRows;
    this.maxCols = maxCols;
    long elements = (long) maxRows * maxCols;
    long blocks = (long) maxRows * ((maxCols + BLOCK - 1) / BLOCK);
    values = arena.allocate(elements * 4, 64);
    pairs = arena.allocate(elements * 2, 64);
    integers = arena.allocate(elements * 4, 64);
    scales = arena.allocate(blocks * 4, 64);
    sums = arena.allocate(blocks * 4, 64);
    scaledSums = arena.allocate(blocks * 4, 64);
    shape(maxRows, maxCols);
  }

  /** f32 [maxRows, maxCols], row stride the cols of the last {@link #shape}. */
  public MemorySegment values() {
    return values;
  }

  /** Sets the shape of what {@link #values} holds from now on. */
  public void shape(int rows, int cols) {
    if (rows < 0 || rows > maxRows || cols < 1 || cols > maxCols) {
      throw new IllegalArgumentException(
          "shape " + rows + " x " + cols + " in " + maxRows + " x " + maxCols);
    }
    this.rows = rows;
    this.cols = cols;
  }

  public int rows() {
    return rows;
  }

  public int cols() {
    return cols;
  }

  public int maxRows() {
    return maxRows;
  }

  public int maxCols() {
    return maxCols;
  }

  /** The family of kernels that products with these inputs use. */
  public Kernels kernels() {
    return kernels;
  }

  /**
   * Quantises columns [from, to), multiples of 32, of every row in [fromRow, toRow). Callable from
   * several workers on disjoint ranges.
   */
  public void quantize(int fromRow, int toRow, int fromCol, int toCol) {
    if (fromRow < 0 || toRow > rows || fromCol < 0 || toCol > cols) {
      throw new IndexOutOfBoundsException(
          "[" + fromRow + ", " + toRow + ") x [" + fromCol + ", " + toCol + ")");
    }
    if (fromCol % BLOCK != 0 || toCol % BLOCK != 0 || cols % BLOCK != 0) {
      throw new IllegalArgumentException("columns " + fromCol + ":" + toCol + " of " + cols);
    }
    for (int row = fromRow; row < toRow; row++) {
      switch (kernels) {
        case SCALAR, VECTOR -> ScalarQuantize.row(this, row, fromCol, toCol);
      }
    }
  }

  MemorySegment pairs() {
    return pairs;
  }

  MemorySegment integers() {
    return integers;
  }

  MemorySegment scales() {
    return scales;
  }

  MemorySegment sums() {
    return sums;
  }

  MemorySegment scaledSums() {
    return scaledSums;
  }

  /** Blocks of one row. */
  int blocks() {
    return cols / BLOCK;
  }

  float value(int row, int col) {
    return values.getAtIndex(JAVA_FLOAT, (long) row * cols + col);
  }

  /** q of one element. */
  int quantum(int row, int col) {
    return pairs.getAtIndex(JAVA_SHORT, pairIndex((long) row * cols + col));
  }

  /** d of one block. */
  float scale(int row, int block) {
    return scales.getAtIndex(JAVA_FLOAT, (long) row * blocks() + block);
  }

  /** The sum of q of one block. */
  int sum(int row, int block) {
    return sums.getAtIndex(JAVA_INT, (long) row * blocks() + block);
  }

  /** d times the sum of q of one block, rounded. */
  float scaledSum(int row, int block) {
    return scaledSums.getAtIndex(JAVA_FLOAT, (long) row * blocks() + block);
  }

  /** Where element k stands among the pairs: of every four q0 q2 q1 q3. */
  static long pairIndex(long k) {
    return (k & ~3L) | (k & 1) << 1 | (k >> 1 & 1);
  }

  @Override
  public void close() {
    arena.close();
  }
}
