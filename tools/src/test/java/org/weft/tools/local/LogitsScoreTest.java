package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class LogitsScoreTest {
  private static final float[][] LOGITS = {{1, 2, 3}, {0, 5, -1}, {7, 7, 0}};

  private static LogitsScore score(int... ids) {
    LogitsScore score = new LogitsScore(ids, 3);
    try (Arena arena = Arena.ofConfined()) {
      for (int i = 0; i < ids.length; i++) {
        MemorySegment row = arena.allocateFrom(ValueLayout.JAVA_FLOAT, LOGITS[i]);
        score.add(row);
      }
    }
    return score;
  }

  @Test
  void shouldAverageLikelihoodOverTheTokensAfterTheFirst() {
    double first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 2;
    double second = Math.log(Math.exp(0) + Math.exp(5) + Math.exp(-1)) - 0;
    assertEquals((first + second) / 2, score(0, 1, 0).nll(), 1e-12);
  }

  @Test
  void shouldTakeTheLowerIdWhenLogitsTie() {
    assertArrayEquals(new int[] {2, 1, 0}, score(0, 1, 0).argmax());
  }

  @Test
  void shouldHaveNoLikelihoodWhenThereIsOneToken() {
    assertTrue(Double.isNaN(score(2).nll()));
  }

  @Test
  void shouldDigestTheLogitsAsLittleEndianFloats() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : LOGITS) {
      for (float logit : row) {
        bytes.putFloat(logit);
      }
    }
    byte[] want = MessageDigest.getInstance("SHA-256").digest(bytes.array());
    assertEquals(HexFormat.of().formatHex(want), score(0, 1, 0).digest());
  }
}
