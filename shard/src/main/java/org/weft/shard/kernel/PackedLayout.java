package org.weft.shard.kernel;

import org.weft.shard.gguf.TensorType;

/**
 * Where the bytes of a packed matrix stand: panels of 16 rows, in each panel segments of at most
 * 1024 columns, in each segment a header of scales and then the 64-byte lines of its blocks ({@code
 * docs/numerics.md}, "Packed layout").
 */
record PackedLayout(TensorType type, int rows, int cols) {
  /** Names this layout wherever packed bytes are kept. */
  static final int ID = 1;

  /** Rows of a panel. */
  static final int PANEL = 16;

  /** Columns of a segment. */
  static final int SEGMENT = 1024;

  /** Columns of a block. */
  static final int BLOCK = 32;

  /** Blocks of a K-quant's super-block. */
  static final int SUPER = 8;

  private static final int LINE = 64;

  int panels() {
    return (rows + PANEL - 1) / PANEL;
  }

  int segments() {
    return (cols + SEGMENT - 1) / SEGMENT;
  }

  int segmentCols(int segment) {
    return Math.min(SEGMENT, cols - segment * SEGMENT);
  }

  /** Blocks of a segment of a quantised matrix. */
  int segmentBlocks(int segment) {
    return segmentCols(segment) / BLOCK;
  }

  long bytes() {
    return panels() * panelBytes();
  }

  long panelBytes() {
    int last = segments() - 1;
    return segmentOffset(0, last) + segmentBytes(segmentCols(last));
  }

  /** Byte offset of a segment of a panel. */
  long segmentOffset(int panel, int segment) {
    long before = (long) segment * segmentBytes(SEGMENT);
    return panel == 0 ? before : panel * panelBytes() + before;
  }

  /** Bytes of a segment of that many columns, all 16 rows. */
  private long segmentBytes(int cols) {
    return switch (type) {
      case F32 -> 64L * cols;
      case F16, BF16 -> (32L * cols + LINE - 1) / LINE * LINE;
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K ->
          headerBytes(cols / BLOCK) + (long) cols / BLOCK * blockBytes();
    };
  }

  /** Bytes of the lines of one block, all 16 rows. */
  int blockBytes() {
    return switch (type) {
      case Q8_0 -> 8 * LINE;
      case Q4_0, Q4_1, Q4_K -> 4 * LINE;
      case Q5_K -> 5 * LINE;
      case Q6_K -> 6 * LINE;
      case F32, F16, BF16 -> throw unblocked();
    };
  }

  /** Bytes before the lines of a segment of that many blocks. */
  int headerBytes(int blocks) {
    return switch (type) {
      case Q8_0, Q4_0 -> (32 * blocks + LINE - 1) / LINE * LINE;
      case Q4_1 -> 64 * blocks;
      case Q4_K, Q5_K -> 64 * (blocks / SUPER) + 32 * blocks;
      case Q6_K -> (32 * (blocks / SUPER) + 32 * blocks + LINE - 1) / LINE * LINE;
      case F32, F16, BF16 -> throw unblocked();
    };
  }

  /** From a segment's start to the sub-scales, 16 (Q6_K: 32) bytes a block. */
  int subScales(int blocks) {
    return switch (type) {
      case Q4_K, Q5_K -> 64 * (blocks / SUPER);
      case Q6_K -> 32 * (blocks / SUPER);
      case F32, F16, BF16, Q8_0, Q4_0, Q4_1 -> throw unblocked();
    };
  }

  /** From a segment's start to the mins: f16 [blocks, 16] for Q4_1, u8 [blocks, 16] for K types. */
  int mins(int blocks) {
    return switch (type) {
      case Q4_1 -> 32 * blocks;
      case Q4_K, Q5_K -> 64 * (blocks / SUPER) + 16 * blocks;
      case F32, F16, BF16, Q8_0, Q4_0, Q6_K -> throw unblocked();
    };
  }

  private IllegalStateException unblocked() {
    return new IllegalStateException(type + " has no such part");
  }
}
