package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** Q4_K, Q5_K and Q6_K: super-blocks of 256 with f16 super scales and sub-scales of 6 or 8 bits. */
record PackSuperBlocks(PackedLayout layout, MemorySegment source, MemorySegment target)
    implements Packing {
  private static final int NIBBLES = 0x0f0f0f0f;

  @Override
  public boolean panel(int panel) {
    int firstRow = panel * PackedLayout.PANEL;
    int rows = Math.min(PackedLayout.PANEL, layout.rows() - firstRow);
    int rowSupers = layout.cols() / 256;
    int sourceBytes = layout.type().blockBytes();
    boolean finite = true;
    for (int segment = 0; segment < layout.segments(); segment++) {
      int supers = layout.segmentCols(segment) / 256;
      int firstSuper = segment * (PackedLayout.SEGMENT / 256);
      for (int s = 0; s < supers; s++) {
        for (int r = 0; r < rows; r++) {
          long from = ((long) (firstRow + r) * rowSupers + firstSuper + s) * sourceBytes;
          finite &= superBlock(from, layout.segmentOffset(panel, segment), supers, s, r);
        }
      }
    }
    return finite;
  }

  private boolean superBlock(long from, long at, int supers, int s, int r) {
    int blocks = supers * PackedLayout.SUPER;
    long line =
        at
            + layout.headerBytes(blocks)
            + (long) s * PackedLayout.SUPER * layout.blockBytes()
            + 4L * r;
    long subs = at + layout.subScales(blocks);
    return switch (layout.type()) {
      case Q4_K -> {
        minScales(from + 4, subs, at + layout.mins(blocks), s, r);
        fourBits(from + 16, line);
        yield half(from, at + 64L * s + 2L * r) & half(from + 2, at + 64L * s + 32 + 2L * r);
      }
      case Q5_K -> {
        minScales(from + 4, subs, at + layout.mins(blocks), s, r);
        fourBits(from + 48, line);
        fifthBits(from + 16, line);
        yield half(from, at + 64L * s + 2L * r) & half(from + 2, at + 64L * s + 32 + 2L * r);
      }
      case Q6_K -> {
        for (int i = 0; i < 16; i++) {
          byte scale = source.get(JAVA_BYTE, from + 192 + i);
          target.set(JAVA_BYTE, subs + (s * 16L + i) * 16 + r, scale);
        }
        sixBits(from, line);
        yield half(from + 208, at + 32L * s + 2L * r);
      }
      case F32, F16, BF16, Q8_0, Q4_0, Q4_1 ->
          throw new IllegalStateException(layout.type().name());
    };
  }

  private boolean half(long from, long to) {
    short bits = source.get(SHORT, from);
    target.set(SHORT, to, bits);
    return Halves.finite(bits);
  }

  /** Twelve bytes hold eight 6-bit scales and eight 6-bit mins (ggml's get_scale_min_k4). */
  private void minScales(long from, long subs, long mins, int s, int r) {
    for (int b = 0; b < 8; b++) {
      int scale;
      int min;
      if (b < 4) {
        scale = source.get(JAVA_BYTE, from + b) & 63;
        min = source.get(JAVA_BYTE, from + b + 4) & 63;
      } else {
        int low = source.get(JAVA_BYTE, from + b + 4) & 255;
        scale = low & 15 | (source.get(JAVA_BYTE, from + b - 4) & 255) >> 6 << 4;
        min = low >> 4 | (source.get(JAVA_BYTE, from + b) & 255) >> 6 << 4;
      }
      long at = (s * 8L + b) * 16 + r;
      target.set(JAVA_BYTE, subs + at, (byte) scale);
      target.set(JAVA_BYTE, mins + at, (byte) min);
    }
  }

  /** 32 bytes hold two blocks: the even one in the low nibbles, the odd one in the high ones. */
  private void fourBits(long from, long line) {
    for (int pair = 0; pair < 4; pair++) {
      for (int l = 0; l < 4; l++) {
        int even = source.get(INT, from + 32L * pair + 8 * l);
        int odd = source.get(INT, from + 32L * pair + 8 * l + 4);
        long to = line + 2L * pair * layout.blockBytes() + 64L * l;
        target.set(INT, to, even & NIBBLES | (odd & NIBBLES) << 4);
        target.set(INT, to + layout.blockBytes(), even >>> 4 & NIBBLES | odd & ~NIBBLES);
      }
    }
  }

  /** Bit b of 32 bytes holds the fifth bits of block b; packed: bit g of a byte for group g. */
  private void fifthBits(long from, long line) {
    for (int b = 0; b < 8; b++) {
      int bits = 0;
      for (int group = 0; group < 8; group++) {
        bits |= (source.get(INT, from + 4L * group) >>> b & 0x01010101) << group;
      }
      target.set(INT, line + (long) b * layout.blockBytes() + 256, bits);
    }
  }

  /**
   * Each half of a super-block has 64 bytes of low nibbles and 32 of upper pairs: block b of the
   * half has its nibbles in bytes 32 (b mod 2)…, low for b &lt; 2, and its pairs at bit 2b.
   */
  private void sixBits(long from, long line) {
    for (int b = 0; b < 8; b++) {
      int half = b >> 2;
      int within = b & 3;
      long low = from + 64L * half + 32L * (within & 1);
      long high = from + 128 + 32L * half;
      int shift = 4 * (within >> 1);
      long to = line + (long) b * layout.blockBytes();
      for (int l = 0; l < 4; l++) {
        int even = source.get(INT, low + 8L * l) >>> shift & NIBBLES;
        int odd = source.get(INT, low + 8L * l + 4) >>> shift & NIBBLES;
        target.set(INT, to + 64L * l, even | odd << 4);
      }
      for (int h = 0; h < 2; h++) {
        int bits = 0;
        for (int i = 0; i < 4; i++) {
          int pair = source.get(INT, high + 16L * h + 4 * i) >>> 2 * within & 0x03030303;
          bits |= pair << 2 * i;
        }
        target.set(INT, to + 256 + 64L * h, bits);
      }
    }
  }
}
