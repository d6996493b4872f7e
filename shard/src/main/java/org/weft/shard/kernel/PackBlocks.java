package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;

/** Q8_0, Q4_0 and Q4_1: one f16 scale (and min) to a block of 32. */
record PackBlocks(PackedLayout layout, MemorySegment source, MemorySegment target)
    implements Packing {
  private static final int NIBBLES = 0x0f0f0f0f;

  @Override
  public boolean panel(int panel) {
    int firstRow = panel * PackedLayout.PANEL;
    int rows = Math.min(PackedLayout.PANEL, layout.rows() - firstRow);
    int rowBlocks = layout.cols() / PackedLayout.BLOCK;
    int sourceBytes = layout.type().blockBytes();
    boolean finite = true;
    for (int segment = 0; segment < layout.segments(); segment++) {
      int blocks = layout.segmentBlocks(segment);
      long at = layout.segmentOffset(panel, segment);
      long lines = at + layout.headerBytes(blocks);
      int firstBlock = segment * (PackedLayout.SEGMENT / PackedLayout.BLOCK);
      for (int b = 0; b < blocks; b++) {
        for (int r = 0; r < rows; r++) {
          long from = ((long) (firstRow + r) * rowBlocks + firstBlock + b) * sourceBytes;
          long line = lines + (long) b * layout.blockBytes() + 4L * r;
          long scale = at + 32L * b + 2L * r;
          finite &= half(from, scale);
          switch (layout.type()) {
            case Q8_0 -> bytes(from + 2, line);
            case Q4_0 -> nibbles(from + 2, line);
            case Q4_1 -> {
              finite &= half(from + 2, scale + layout.mins(blocks));
              nibbles(from + 4, line);
            }
            case F32, F16, BF16, Q4_K, Q5_K, Q6_K ->
                throw new IllegalStateException(layout.type().name());
          }
        }
      }
    }
    return finite;
  }

  private boolean half(long from, long to) {
    short bits = source.get(SHORT, from);
    target.set(SHORT, to, bits);
    return Halves.finite(bits);
  }

  private void bytes(long from, long line) {
    for (int group = 0; group < 8; group++) {
      target.set(INT, line + 64L * group, source.get(INT, from + 4L * group));
    }
  }

  /** GGUF keeps columns 0-15 in the low nibbles of 16 bytes and 16-31 in the high ones. */
  private void nibbles(long from, long line) {
    for (int half = 0; half < 2; half++) {
      int even = source.get(INT, from + 8L * half);
      int odd = source.get(INT, from + 8L * half + 4);
      target.set(INT, line + 64L * half, even & NIBBLES | (odd & NIBBLES) << 4);
      target.set(INT, line + 64L * half + 128, even >>> 4 & NIBBLES | odd & ~NIBBLES);
    }
  }
}
