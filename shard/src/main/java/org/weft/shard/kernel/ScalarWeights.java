package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** Single elements of the packed layout: what every byte of it means. */
final class ScalarWeights {
  private final PackedLayout layout;
  private final MemorySegment data;

  ScalarWeights(PackedMatrix matrix) {
    layout = matrix.layout();
    data = matrix.data();
  }

  /** An unquantised weight, widened exactly. */
  float weight(int row, int col) {
    long at = layout.segmentOffset(row / 16, 0);
    return switch (layout.type()) {
      case F32 -> data.get(JAVA_FLOAT, at + 64L * col + 4 * (row % 16));
      case F16 -> Halves.toFloat(data.get(JAVA_SHORT, at + 32L * col + 2 * (row % 16)));
      case BF16 -> Halves.bfloatToFloat(data.get(JAVA_SHORT, at + 32L * col + 2 * (row % 16)));
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K ->
          throw new IllegalStateException(layout.type().name());
    };
  }

  /** The signed integer of a quantised weight, without sub-scale. */
  int quantum(int row, int segment, int block, int i) {
    long at =
        layout.segmentOffset(row / 16, segment)
            + layout.headerBytes(layout.segmentBlocks(segment))
            + (long) block * layout.blockBytes()
            + 4 * (row % 16)
            + i % 4;
    int group = i / 4;
    return switch (layout.type()) {
      case Q8_0 -> data.get(JAVA_BYTE, at + 64L * group);
      case Q4_0 -> nibble(at, group) - 8;
      case Q4_1, Q4_K -> nibble(at, group);
      case Q5_K -> nibble(at, group) | (data.get(JAVA_BYTE, at + 256) >> group & 1) << 4;
      case Q6_K -> {
        int pair = data.get(JAVA_BYTE, at + 256 + 64L * (group / 4)) >> 2 * (group % 4) & 3;
        yield (nibble(at, group) | pair << 4) - 32;
      }
      case F32, F16, BF16 -> throw new IllegalStateException(layout.type().name());
    };
  }

  private int nibble(long at, int group) {
    return data.get(JAVA_BYTE, at + 64L * (group / 2)) >> 4 * (group % 2) & 15;
  }

  /** w of a block: the scale, for Q4_K and Q5_K times the sub-scale (exact). */
  float scale(int row, int segment, int block) {
    long at = layout.segmentOffset(row / 16, segment);
    int r = row % 16;
    return switch (layout.type()) {
      case Q8_0, Q4_0, Q4_1 -> half(at + 32L * block + 2 * r);
      case Q4_K, Q5_K -> half(at + 64L * (block / 8) + 2 * r) * sub(row, segment, block);
      case Q6_K -> half(at + 32L * (block / 8) + 2 * r);
      case F32, F16, BF16 -> throw new IllegalStateException(layout.type().name());
    };
  }

  /** The 6-bit sub-scale of a block of Q4_K and Q5_K. */
  private int sub(int row, int segment, int block) {
    long subs =
        layout.segmentOffset(row / 16, segment) + layout.subScales(layout.segmentBlocks(segment));
    return data.get(JAVA_BYTE, subs + 16L * block + row % 16);
  }

  /** The signed sub-scale of 16 columns of Q6_K. */
  int sixteenth(int row, int segment, int block, int half) {
    long subs =
        layout.segmentOffset(row / 16, segment) + layout.subScales(layout.segmentBlocks(segment));
    return data.get(JAVA_BYTE, subs + 32L * block + 16L * half + row % 16);
  }

  /** m of a block of a type with mins (exact). */
  float min(int row, int segment, int block) {
    long at = layout.segmentOffset(row / 16, segment);
    long mins = at + layout.mins(layout.segmentBlocks(segment));
    int r = row % 16;
    return switch (layout.type()) {
      case Q4_1 -> half(mins + 32L * block + 2 * r);
      case Q4_K, Q5_K -> {
        float dmin = half(at + 64L * (block / 8) + 32 + 2 * r);
        yield -(dmin * data.get(JAVA_BYTE, mins + 16L * block + r));
      }
      case F32, F16, BF16, Q8_0, Q4_0, Q6_K ->
          throw new IllegalStateException(layout.type().name());
    };
  }

  private float half(long at) {
    return Halves.toFloat(data.get(JAVA_SHORT, at));
  }
}
