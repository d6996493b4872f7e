package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

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

  /** Rows of a group. */
  static final int GROUP = 8;

  private final Kernels kernels;
  private final int maxRows;
  private final int maxCols;
  private final Arena arena = Arena.ofShared();

  private final MemorySegment values; // f32 [rows, cols]

  // The int8 form. Groups are of eight rows; the numbers of a block stand side by side in them.
  private final int[] pairs; // int16 pairs [rows, cols / 2]: of every four columns q0 q2, q1 q3
  private final int[] laneSums; // int16 pairs [rows, cols / 16]: sums of q0 + q1 and q2 + q3
  private final float[] integers; // [groups, cols, 8], q as whole numbers
  private final float[] scales; // [groups, cols / 32, 8], d
  private final int[] sums; // [groups, cols / 32, 8], the sum of q
  private final float[] scaledSums; // [groups, cols / 32, 8], d times the sum of q

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
    long padded = (maxRows + GROUP - 1L) / GROUP * GROUP;
    long elements = padded * ((maxCols + BLOCK - 1L) / BLOCK * BLOCK);
    if (elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("shape " + maxRows + " x " + maxCols);
    }
    values = arena.allocate(4L * maxRows * maxCols, 64);
    pairs = new int[(int) elements / 2];
    laneSums = new int[(int) elements / 16];
    integers = new float[(int) elements];
    scales = new float[(int) elements / BLOCK];
    sums = new int[(int) elements / BLOCK];
    scaledSums = new float[(int) elements / BLOCK];
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
        case SCALAR -> ScalarQuantize.row(this, row, fromCol, toCol);
        case VECTOR -> VectorQuantize.row(this, row, fromCol, toCol);
      }
    }
  }

  int[] pairs() {
    return pairs;
  }

  int[] laneSums() {
    return laneSums;
  }

  float[] integers() {
    return integers;
  }

  float[] scales() {
    return scales;
  }

  int[] sums() {
    return sums;
  }

  float[] scaledSums() {
    return scaledSums;
  }

  /** Blocks of one row. */
  int blocks() {
    return cols / BLOCK;
  }

  /** Where the pairs of a block begin: 16 ints. */
  int pairIndex(int row, int block) {
    return (row * blocks() + block) * (BLOCK / 2);
  }

  /** Where the lane sums of a block stand: two ints, of 16 columns each. */
  int laneSumIndex(int row, int block) {
    return (row * blocks() + block) * 2;
  }

  /** Where d and the sums of a block stand; times 32, the whole numbers of its first column. */
  int groupIndex(int row, int block) {
    return (row / GROUP * blocks() + block) * GROUP + row % GROUP;
  }

  float value(int row, int col) {
    return values.getAtIndex(JAVA_FLOAT, (long) row * cols + col);
  }

  /** q of one element. */
  int quantum(int row, int col) {
    int pair = pairs[pairIndex(row, col / BLOCK) + col % BLOCK / 4 * 2 + (col & 1)];
    return (short) (pair >> 8 * (col & 2));
  }

  @Override
  public void close() {
    arena.close();
  }
}
