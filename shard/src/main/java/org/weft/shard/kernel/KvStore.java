package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * Writes one head's key or value of one position into its page: rounded to f16 (to nearest even,
 * clamped to ±65504), or as int8 blocks of 32 with an f16 scale.
 */
public final class KvStore {
  /**
   * Stores x[offset, offset + headSize) as the key at {@code slot} (position mod 32) of the key
   * page at byte {@code pageOffset} of {@code kv}.
   */
  public static void key(
      KvFormat format,
      MemorySegment x,
      long offset,
      int headSize,
      MemorySegment kv,
      long pageOffset,
      int slot) {
    switch (format) {
      case F16 -> {
        for (int d = 0; d < headSize; d++) {
          short half = Halves.clamped(x.getAtIndex(JAVA_FLOAT, offset + d));
          kv.set(JAVA_SHORT, pageOffset + 64L * d + 2L * slot, half);
        }
      }
      case Q8_0 -> {
        long scales = pageOffset + format.keyScales(headSize) + 2L * slot;
        for (int block = 0; block < KvFormat.blocks(headSize); block++) {
          long scale = scales + 64L * block;
          block(x, offset, headSize, block, kv, pageOffset + slot, 32, scale);
        }
      }
    }
  }

  /** Stores a value likewise. */
  public static void value(
      KvFormat format,
      MemorySegment x,
      long offset,
      int headSize,
      MemorySegment kv,
      long pageOffset,
      int slot) {
    int padded = KvFormat.padded(headSize);
    switch (format) {
      case F16 -> {
        long row = pageOffset + 2L * padded * slot;
        for (int d = 0; d < headSize; d++) {
          short half = Halves.clamped(x.getAtIndex(JAVA_FLOAT, offset + d));
          kv.set(JAVA_SHORT, row + 2L * d, half);
        }
      }
      case Q8_0 -> {
        int blocks = KvFormat.blocks(headSize);
        long scales = pageOffset + format.valueScales(headSize) + 2L * blocks * slot;
        long row = pageOffset + (long) padded * slot;
        for (int block = 0; block < blocks; block++) {
          block(x, offset, headSize, block, kv, row, 1, scales + 2L * block);
        }
      }
    }
  }

  /** The activation rule on one block; the scale that readers use is the f16 one. */
  private static void block(
      MemorySegment x,
      long offset,
      int headSize,
      int block,
      MemorySegment kv,
      long quanta,
      int stride,
      long scale) {
    int from = 32 * block;
    int to = Math.min(headSize, from + 32);
    float amax = 0;
    for (int d = from; d < to; d++) {
      amax = Math.max(amax, Math.abs(x.getAtIndex(JAVA_FLOAT, offset + d)));
    }
    boolean zero = amax < ScalarQuantize.TINY;
    float inverse = zero ? 0f : 127f / amax;
    kv.set(JAVA_SHORT, scale, zero ? (short) 0 : Halves.clamped(amax / 127f));
    for (int d = from; d < to; d++) {
      int q = (int) Math.rint(x.getAtIndex(JAVA_FLOAT, offset + d) * inverse);
      kv.set(JAVA_BYTE, quanta + (long) stride * d, (byte) q);
    }
  }

  private KvStore() {}
}
