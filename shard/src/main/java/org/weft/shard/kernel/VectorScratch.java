package org.weft.shard.kernel;

import java.util.Arrays;

/**
 * What a thread's products write in between. It grows to the largest batch and then allocates no more.
 */
final class VectorScratch {
  /** Columns of a tile: with two vectors of rows it fills a third of a first-level cache. */
  static final int TILE = 128;

  /** Two vectors of rows at 512 bits. */
  private static final int WIDTH = 32;

  private static final int BLOCKS = PackedLayout.SEGMENT / PackedLayout.BLOCK;
  final float[] tile = new float[TILE * WIDTH];
  final float[] scales = new float[BLOCKS * WIDTH];
  final float[] mins = new float[BLOCKS * WIDTH];
  final float[] sums = new float[VectorGemm.TOKENS * WIDTH];
  final long[] rows = new long[VectorGemm.TOKENS];
  private float[] results = new float[VectorGemm.TOKENS * WIDTH];

  /** At least {@code length} floats with unspecified contents. */
  float[] results(int length) {
    if (results.length < length) {
      results = Arrays.copyOf(results, Math.max(length, 2 * results.length));
    }
    return results;
  }
}
