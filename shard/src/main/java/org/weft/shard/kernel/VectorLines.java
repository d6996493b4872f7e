package org.weft.shard.kernel;

import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.PackedLayout.BLOCK;
import static org.weft.shard.kernel.PackedLayout.SEGMENT;

import java.lang.foreign.MemorySegment;
import org.weft.shard.gguf.TensorType;

/**
 * The packed lines of one vector of rows, {@code part} of their panel, by type of weight: where
 * they stand and which kernel reads them.
 */
final class VectorLines {
  /**
   * The product of a segment's blocks with row {@code t} of the activations, its mins left out,
   * into {@code out} [vector of rows]. The segment begins at byte {@code at}; its scales are in
   * {@code scratch}.
   */
  static void product(
      PackedMatrix w,
      long at,
      int part,
      int blocks,
      Activations x,
      int t,
      int segment,
      VectorScratch scratch,
      float[] out) {
    PackedLayout layout = w.layout();
    MemorySegment data = w.data();
    long lines = at + layout.headerBytes(blocks) + 4L * part * COUNT;
    int pair = x.pairIndex(t, segment * (SEGMENT / BLOCK));
    int laneSum = x.laneSumIndex(t, segment * (SEGMENT / BLOCK));
    int d = x.groupIndex(t, segment * (SEGMENT / BLOCK));
    switch (layout.type()) {
      case Q8_0 ->
          VectorGemv.eightBits(
              data, lines, blocks, scratch.scales, x.pairs(), pair, x.scales(), d, out, 0);
      case Q4_0 ->
          VectorGemv.fourBits(
              data,
              lines,
              blocks,
              (short) -8,
              scratch.scales,
              x.pairs(),
              pair,
              x.laneSums(),
              laneSum,
              x.scales(),
              d,
              out,
              0);
      case Q4_1, Q4_K ->
          VectorGemv.fourBits(
              data,
              lines,
              blocks,
              (short) 0,
              scratch.scales,
              x.pairs(),
              pair,
              x.laneSums(),
              laneSum,
              x.scales(),
              d,
              out,
              0);
      case Q5_K ->
          VectorGemv.fiveBits(
              data,
              lines,
              blocks,
              scratch.scales,
              x.pairs(),
              pair,
              x.laneSums(),
              laneSum,
              x.scales(),
              d,
              x.sums(),
              out,
              0);
      case Q6_K -> {
        long subs = at + layout.subScales(blocks) + (long) part * COUNT;
        VectorGemv.sixBits(
            data,
            lines,
            subs,
            blocks,
            scratch.scales,
            x.pairs(),
            pair,
            x.laneSums(),
            laneSum,
            x.scales(),
            d,
            out,
            0);
      }
      case F32, F16, BF16 -> throw new IllegalStateException(layout.type().name());
    }
  }

  /**
   * The whole numbers of blocks [block, block + count) of a segment that begins at byte {@code at}:
   * column c goes to {@code tile[into + c * two vectors]}.
   */
  static void tile(
      PackedMatrix w, long at, int part, int blocks, int block, int count, float[] tile, int into) {
    PackedLayout layout = w.layout();
    MemorySegment data = w.data();
    long lines =
        at + layout.headerBytes(blocks) + (long) block * layout.blockBytes() + 4L * part * COUNT;
    switch (layout.type()) {
      case Q8_0 -> VectorTiles.eightBits(data, lines, 8 * count, tile, into, 2 * COUNT);
      case Q4_0 -> VectorTiles.fourBits(data, lines, 4 * count, -8, tile, into, 2 * COUNT);
      case Q4_1, Q4_K -> VectorTiles.fourBits(data, lines, 4 * count, 0, tile, into, 2 * COUNT);
      case Q5_K -> VectorTiles.fiveBits(data, lines, count, tile, into, 2 * COUNT);
      case Q6_K -> {
        long subs = at + layout.subScales(blocks) + 32L * block + (long) part * COUNT;
        VectorTiles.sixBits(data, lines, subs, count, tile, into, 2 * COUNT);
      }
      case F32, F16, BF16 -> throw new IllegalStateException(layout.type().name());
    }
  }

  /** Unquantised weights of {@code cols} columns that begin at byte {@code at}, likewise. */
  static void floats(PackedMatrix w, long at, int cols, float[] tile, int into) {
    MemorySegment data = w.data();
    TensorType type = w.layout().type();
    switch (type) {
      case F32 -> VectorTiles.words(data, at, cols, tile, into, 2 * COUNT);
      case F16 -> VectorTiles.halves(data, at, cols, tile, into, 2 * COUNT);
      case BF16 -> VectorTiles.bfloats(data, at, cols, tile, into, 2 * COUNT);
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K -> throw new IllegalStateException(type.name());
    }
  }

  private VectorLines() {}
}
