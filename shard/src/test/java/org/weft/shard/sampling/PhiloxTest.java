package org.weft.shard.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PhiloxTest {
  /** The three vectors of philox4x32-10 in Random123's kat_vectors. */
  @Test
  void shouldGiveThePublishedWordsWhenInputIsPublished() {
    assertEquals(0x6627e8d5_e169c58dL, Philox.firstTwoWords(0, 0, 0, 0, 0, 0));
    assertEquals(0xbc57ac4c_9b00dbd8L, Philox.lastTwoWords(0, 0, 0, 0, 0, 0));
    assertEquals(0x408f276d_41c83b0eL, Philox.firstTwoWords(-1, -1, -1, -1, -1, -1));
    assertEquals(0xa20bc7c6_6d5451fdL, Philox.lastTwoWords(-1, -1, -1, -1, -1, -1));
    int[] pi = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0};
    assertEquals(
        0xd16cfe09_94fdccebL, Philox.firstTwoWords(pi[0], pi[1], pi[2], pi[3], pi[4], pi[5]));
    assertEquals(
        0x5001e420_24126ea1L, Philox.lastTwoWords(pi[0], pi[1], pi[2], pi[3], pi[4], pi[5]));
  }

  @Test
  void shouldGiveTheTopBitsWhenUniformIsAsked() {
    long words = Philox.firstTwoWords(7, 0, 3, 0, 0x89abcdef, 0x01234567);
    assertEquals((words >>> 11) * 0x1p-53, Philox.uniform(0x01234567_89abcdefL, 7, 3));
    assertEquals(0x6627e8d5_e169c58dL >>> 11, Philox.uniform(0, 0, 0) * 0x1p53);
  }

  @Test
  void shouldBeSpreadEvenlyWhenPositionsAndChoicesPass() {
    int draws = 20_000;
    double sum = 0;
    for (int i = 0; i < draws; i++) {
      double u = Philox.uniform(42, i / 4, i % 4);
      assertTrue(u >= 0 && u < 1);
      sum += u;
    }
    // Five standard deviations.
    assertEquals(0.5, sum / draws, 5 * Math.sqrt(1 / 12.0 / draws));
  }
}
