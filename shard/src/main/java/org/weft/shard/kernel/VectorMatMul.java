package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.LE;
import static org.weft.shard.kernel.PackedLayout.BLOCK;
import static org.weft.shard.kernel.PackedLayout.PANEL;
import static org.weft.shard.kernel.PackedLayout.SEGMENT;
import static org.weft.shard.kernel.VectorGemm.TOKENS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The same products with rows in lanes: one or few rows of activations directly from the packed
 * lines, more of them by eights over a tile of weights. Units of two vectors of rows; within a unit
 * segments ascend, within a segment rows of activations.
 */
final class VectorMatMul {
  /** A rest of fewer rows of activations than this goes one by one. */
  private static final int WORTH_A_TILE = 5;

  private static final ThreadLocal<VectorMatMul> OWN = new ThreadLocal<>();

  private final VectorScratch scratch = new VectorScratch();
  private PackedMatrix w;
  private PackedLayout layout;
  private Activations x;
  private int to;
  private MemorySegment y;
  private long yOffset;
  private int yStride;
  private int grouped;

  /** The product under way of this thread: one object, so that products allocate nothing. */
  static void rows(
      PackedMatrix w, Activations x, int from, int to, MemorySegment y, long yOffset, int yStride) {
    VectorMatMul product = OWN.get();
    if (product == null) {
      product = new VectorMatMul(w, x, y);
      OWN.set(product);
    }
    product.begin(w, x, to, y, yOffset, yStride);
    for (int row = from; row < to; row += 2 * COUNT) {
      for (int segment = 0; segment < product.layout.segments(); segment++) {
        product.unit(row, segment);
      }
    }
  }

  private VectorMatMul(PackedMatrix w, Activations x, MemorySegment y) {
    this.w = w;
    this.layout = w.layout();
    this.x = x;
    this.y = y;
  }

  private void begin(
      PackedMatrix w, Activations x, int to, MemorySegment y, long yOffset, int yStride) {
    this.w = w;
    this.layout = w.layout();
    this.x = x;
    this.to = to;
    this.y = y;
    this.yOffset = yOffset;
    this.yStride = yStride;
    int rest = x.rows() % TOKENS;
    grouped = rest >= WORTH_A_TILE ? x.rows() : x.rows() - rest;
  }

  /** Rows [row, row + two vectors) and one segment, for all rows of activations. */
  private void unit(int row, int segment) {
    long first = layout.segmentOffset(row / PANEL, segment);
    int firstPart = row % PANEL / COUNT;
    // A second vector beyond the end repeats the first; nobody reads it.
    int next = row + COUNT < to ? row + COUNT : row;
    long second = layout.segmentOffset(next / PANEL, segment);
    int secondPart = next % PANEL / COUNT;
    if (!w.quantized()) {
      floats(row, segment, first, firstPart, second, secondPart);
      return;
    }
    int blocks = layout.segmentBlocks(segment);
    if (grouped > 0) {
      tiles(row, segment, blocks, first, firstPart, second, secondPart);
    }
    if (grouped < x.rows()) {
      gemv(row, segment, blocks, first, firstPart);
      if (next != row) {
        gemv(next, segment, blocks, second, secondPart);
      }
    }
  }

  // ---- few rows of activations

  private void gemv(int row, int segment, int blocks, long at, int part) {
    MemorySegment data = w.data();
    VectorScales.scales(layout, data, at, blocks, part, scratch.scales, 0, COUNT);
    boolean mins = VectorScales.hasMins(layout);
    if (mins) {
      VectorScales.mins(layout, data, at, blocks, part, scratch.mins, 0, COUNT);
    }
    float[] out = scratch.results(2 * COUNT);
    for (int t = grouped; t < x.rows(); t++) {
      VectorLines.product(w, at, part, blocks, x, t, segment, scratch, out);
      if (mins) {
        int sums = x.groupIndex(t, segment * (SEGMENT / BLOCK));
        VectorGemv.mins(scratch.mins, blocks, x.scaledSums(), sums, out, 0);
      }
      store(out, 0, row, t, segment);
    }
  }

  // ---- many rows of activations

  private void tiles(
      int row, int segment, int blocks, long first, int firstPart, long second, int secondPart) {
    MemorySegment data = w.data();
    VectorScales.scales(layout, data, first, blocks, firstPart, scratch.scales, 0, 2 * COUNT);
    VectorScales.scales(layout, data, second, blocks, secondPart, scratch.scales, COUNT, 2 * COUNT);
    int groups = (grouped + TOKENS - 1) / TOKENS;
    int groupFloats = TOKENS * 2 * COUNT;
    float[] acc = scratch.results(groups * groupFloats);
    Arrays.fill(acc, 0, groups * groupFloats, 0f);
    int firstBlock = segment * (SEGMENT / BLOCK);
    int step = VectorScratch.TILE / BLOCK;
    for (int b = 0; b < blocks; b += step) {
      int count = Math.min(step, blocks - b);
      VectorLines.tile(w, first, firstPart, blocks, b, count, scratch.tile, 0);
      VectorLines.tile(w, second, secondPart, blocks, b, count, scratch.tile, COUNT);
      for (int g = 0; g < groups; g++) {
        for (int i = 0; i < count; i++) {
          int block = firstBlock + b + i;
          int at = x.groupIndex(g * TOKENS, block);
          VectorGemm.sums(
              scratch.tile, i * BLOCK * 2 * COUNT, x.integers(), at * BLOCK, scratch.sums);
          VectorGemm.accumulate(
              scratch.sums,
              scratch.scales,
              (b + i) * 2 * COUNT,
              x.scales(),
              at,
              acc,
              g * groupFloats);
        }
      }
    }
    if (VectorScales.hasMins(layout)) {
      VectorScales.mins(layout, data, first, blocks, firstPart, scratch.mins, 0, 2 * COUNT);
      VectorScales.mins(layout, data, second, blocks, secondPart, scratch.mins, COUNT, 2 * COUNT);
      for (int g = 0; g < groups; g++) {
        int sums = x.groupIndex(g * TOKENS, firstBlock);
        VectorGemm.mins(scratch.mins, blocks, x.scaledSums(), sums, acc, g * groupFloats);
      }
    }
    for (int t = 0; t < grouped; t++) {
      store(acc, t * 2 * COUNT, row, t, segment);
      store(acc, t * 2 * COUNT + COUNT, row + COUNT, t, segment);
    }
  }

  // ---- unquantised weights

  private void floats(
      int row, int segment, long first, int firstPart, long second, int secondPart) {
    int width = layout.type().blockBytes();
    long at0 = first + (long) width * COUNT * firstPart;
    long at1 = second + (long) width * COUNT * secondPart;
    int cols = layout.segmentCols(segment);
    long xRow = 4L * x.cols();
    if (grouped > 0) {
      floatTiles(row, segment, at0, at1, cols);
    }
    float[] out = scratch.results(2 * COUNT);
    for (int t = grouped; t < x.rows(); t++) {
      long xAt = t * xRow + 4L * segment * SEGMENT;
      VectorFloats.gemv(layout.type(), w.data(), at0, at1, cols, x.values(), xAt, out, 0);
      store(out, 0, row, t, segment);
      store(out, COUNT, row + COUNT, t, segment);
    }
  }

  private void floatTiles(int row, int segment, long at0, long at1, int cols) {
    int groups = (grouped + TOKENS - 1) / TOKENS;
    int groupFloats = TOKENS * 2 * COUNT;
    int line = PANEL * layout.type().blockBytes();
    float[] acc = scratch.results(groups * groupFloats);
    Arrays.fill(acc, 0, groups * groupFloats, 0f);
    for (int col = 0; col < cols; col += VectorScratch.TILE) {
      int count = Math.min(VectorScratch.TILE, cols - col);
      VectorLines.floats(w, at0 + (long) line * col, count, scratch.tile, 0);
      VectorLines.floats(w, at1 + (long) line * col, count, scratch.tile, COUNT);
      for (int g = 0; g < groups; g++) {
        for (int t = 0; t < TOKENS; t++) {
          // A group that is not full repeats its last row; nobody reads what it gives.
          scratch.rows[t] = 4L * x.cols() * Math.min(g * TOKENS + t, x.rows() - 1);
        }
        long at = (long) segment * SEGMENT + col;
        VectorGemm.floats(scratch.tile, count, x.values(), scratch.rows, at, acc, g * groupFloats);
      }
    }
    for (int t = 0; t < grouped; t++) {
      store(acc, t * 2 * COUNT, row, t, segment);
      store(acc, t * 2 * COUNT + COUNT, row + COUNT, t, segment);
    }
  }

  /** y = P0, later y = y + Pj, for the rows of one vector that are asked for. */
  private void store(float[] part, int at, int row, int t, int segment) {
    long into = yOffset + (long) t * yStride + row;
    if (row + COUNT <= to) {
      FloatVector p = FloatVector.fromArray(FLOATS, part, at);
      if (segment > 0) {
        p = FloatVector.fromMemorySegment(FLOATS, y, 4 * into, LE).add(p);
      }
      p.intoMemorySegment(y, 4 * into, LE);
      return;
    }
    for (int r = 0; row + r < to; r++) {
      float p = part[at + r];
      y.setAtIndex(JAVA_FLOAT, into + r, segment > 0 ? y.getAtIndex(JAVA_FLOAT, into + r) + p : p);
    }
  }
}
