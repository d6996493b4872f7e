package org.weft.shard.kernel;

/**
 * How one KV head's keys and values of a page of 32 positions are stored, and where. Page bytes are
 * multiples of 64, and so must be the offsets that pages stand at.
 *
 * <p>F16: K is f16 [headSize][32 positions], V is f16 [32 positions][padded headSize], the padding
 * (to 16 channels) zero or unread. Q8_0: K is int8 [headSize][32] and then f16 scales [headSize /
 * 32][32]; V is int8 [32][padded headSize] and then f16 scales [32][headSize / 32]; a head size
 * that is no multiple of 32 has a shorter last block.
 */
public enum KvFormat {
  F16,
  Q8_0;

  /** Positions of a page. */
  public static final int POSITIONS = 32;

  /** Bytes of one head's keys in a page. */
  public long keyBytes(int headSize) {
    return switch (this) {
      case F16 -> 64L * headSize;
      case Q8_0 -> lines(keyScales(headSize) + 64L * blocks(headSize));
    };
  }

  /** Bytes of one head's values in a page. */
  public long valueBytes(int headSize) {
    return switch (this) {
      case F16 -> 64L * padded(headSize);
      case Q8_0 -> lines(valueScales(headSize) + 64L * blocks(headSize));
    };
  }

  /** From a key page's start to its scales. */
  long keyScales(int headSize) {
    return 32L * headSize;
  }

  /** From a value page's start to its scales. */
  long valueScales(int headSize) {
    return 32L * padded(headSize);
  }

  /** Channels of a value row. */
  static int padded(int headSize) {
    return (headSize + 15) / 16 * 16;
  }

  /** Blocks of 32 channels, the last perhaps shorter. */
  static int blocks(int headSize) {
    return (headSize + 31) / 32;
  }

  private static long lines(long bytes) {
    return (bytes + 63) / 64 * 64;
  }
}
