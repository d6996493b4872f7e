package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;

/** F32, F16 and BF16: [column][16 rows] in their own width. */
record PackFloats(PackedLayout layout, MemorySegment source, MemorySegment target)
    implements Packing {
  /** Columns that are turned at once, so that the lines written stay in the first-level cache. */
  private static final int TILE = 64;

  @Override
  public boolean panel(int panel) {
    int firstRow = panel * PackedLayout.PANEL;
    int rows = Math.min(PackedLayout.PANEL, layout.rows() - firstRow);
    long at = layout.segmentOffset(panel, 0);
    boolean finite = true;
    for (int col = 0; col < layout.cols(); col += TILE) {
      int to = Math.min(layout.cols(), col + TILE);
      for (int r = 0; r < rows; r++) {
        long first = (long) (firstRow + r) * layout.cols();
        finite &=
            switch (layout.type()) {
              case F32 -> words(first, at + 4L * r, col, to);
              case F16 -> halves(first, at + 2L * r, col, to, 0x7c00);
              case BF16 -> halves(first, at + 2L * r, col, to, 0x7f80);
              case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K ->
                  throw new IllegalStateException(layout.type().name());
            };
      }
    }
    return finite;
  }

  private boolean words(long first, long at, int from, int to) {
    int worst = 0;
    for (int col = from; col < to; col++) {
      int bits = source.get(INT, (first + col) * 4);
      worst = Math.max(worst, bits & 0x7f800000);
      target.set(INT, at + 64L * col, bits);
    }
    return worst != 0x7f800000;
  }

  private boolean halves(long first, long at, int from, int to, int exponent) {
    int worst = 0;
    for (int col = from; col < to; col++) {
      short bits = source.get(SHORT, (first + col) * 2);
      worst = Math.max(worst, bits & exponent);
      target.set(SHORT, at + 32L * col, bits);
    }
    return worst != exponent;
  }
}
