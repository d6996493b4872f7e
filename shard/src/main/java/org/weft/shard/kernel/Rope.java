package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * Rotary positions from tables: {@code y0 = fma(-x1, s, x0·c)}, {@code y1 = fma(x1, c, x0·s)}. A
 * table row holds the {@code turned / 2} cosines or sines of one position, made in double and
 * rounded once.
 */
public final class Rope {
  /** Which elements of a head turn together. */
  public enum Pairing {
    /** 2i with 2i + 1: llama, whose GGUF weights are permuted for it. */
    ADJACENT,
    /** i with i + turned / 2: neox. */
    SPLIT
  }

  /**
   * Turns the first {@code turned} elements of each of {@code heads} heads of {@code headSize} at
   * x[offset…], in place. Offsets are in elements; {@code cosines} and {@code sines} are rows of
   * turned / 2.
   */
  public static void apply(
      Kernels kernels,
      Pairing pairing,
      MemorySegment x,
      long offset,
      int heads,
      int headSize,
      int turned,
      MemorySegment cosines,
      long cosinesOffset,
      MemorySegment sines,
      long sinesOffset) {
    switch (kernels) {
      case SCALAR, VECTOR -> {
        for (int head = 0; head < heads; head++) {
          long at = offset + (long) head * headSize;
          scalar(pairing, x, at, turned, cosines, cosinesOffset, sines, sinesOffset);
        }
      }
    }
  }

  private static void scalar(
      Pairing pairing,
      MemorySegment x,
      long at,
      int turned,
      MemorySegment cosines,
      long cosinesOffset,
      MemorySegment sines,
      long sinesOffset) {
    for (int i = 0; i < turned / 2; i++) {
      long first =
          switch (pairing) {
            case ADJACENT -> at + 2L * i;
            case SPLIT -> at + i;
          };
      long second =
          switch (pairing) {
            case ADJACENT -> first + 1;
            case SPLIT -> first + turned / 2;
          };
      float x0 = x.getAtIndex(JAVA_FLOAT, first);
      float x1 = x.getAtIndex(JAVA_FLOAT, second);
      float c = cosines.getAtIndex(JAVA_FLOAT, cosinesOffset + i);
      float s = sines.getAtIndex(JAVA_FLOAT, sinesOffset + i);
      x.setAtIndex(JAVA_FLOAT, first, Math.fma(-x1, s, x0 * c));
      x.setAtIndex(JAVA_FLOAT, second, Math.fma(x1, c, x0 * s));
    }
  }

  private Rope() {}
}
