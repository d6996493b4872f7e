package org.weft.shard.sampling;

/**
 * Philox4x32-10: a random function of a counter and a key, without state, so that any draw can be
 * made again anywhere. Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1,
 * 2, 3", SC 2011; constants and vectors of the Random123 library.
 */
final class Philox {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final long WORD = 0xffffffffL;

  private Philox() {}

  /**
   * The uniform double in [0, 1) of one draw: key (low, high word of the seed), counter (position,
   * 0, choice, 0); the first two words of the result, the first one higher, shifted right by 11 and
   * times 2^-53.
   */
  static double uniform(long seed, int position, int choice) {
    long words = firstTwoWords(position, 0, choice, 0, (int) seed, (int) (seed >>> 32));
    return (words >>> 11) * 0x1p-53;
  }

  static long firstTwoWords(int c0, int c1, int c2, int c3, int k0, int k1) {
    return rounds(c0, c1, c2, c3, k0, k1, true);
  }

  static long lastTwoWords(int c0, int c1, int c2, int c3, int k0, int k1) {
    return rounds(c0, c1, c2, c3, k0, k1, false);
  }

  private static long rounds(int c0, int c1, int c2, int c3, int k0, int k1, boolean first) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (c0 & WORD);
      long product1 = MULTIPLIER_1 * (c2 & WORD);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return first ? (c0 & WORD) << 32 | c1 & WORD : (c2 & WORD) << 32 | c3 & WORD;
  }
}
