package org.weft.shard.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.sampling.LogProbabilities.Candidate;

class LogProbabilitiesTest {
  @Test
  void shouldBeTheLogarithmOfTheShareWhenLogitsAreLogarithms() {
    float[] logits = {(float) Math.log(1), (float) Math.log(2), (float) Math.log(5)};
    LogProbabilities found = LogProbabilities.of(MemorySegment.ofArray(logits), 3, 0, 2);
    assertEquals(Math.log(1 / 8.0), found.chosen(), 1e-7);
    assertEquals(List.of(2, 1), found.top().stream().map(Candidate::token).toList());
    assertEquals(Math.log(5 / 8.0), found.top().getFirst().logProbability(), 1e-7);
    assertEquals(Math.log(2 / 8.0), found.top().getLast().logProbability(), 1e-7);
  }

  @Test
  void shouldStayExactWhenLogitsAreHuge() {
    float[] logits = {Float.MAX_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE};
    LogProbabilities found = LogProbabilities.of(MemorySegment.ofArray(logits), 3, 1, 3);
    assertEquals(-StrictMath.log(2), found.chosen());
    assertEquals(List.of(0, 1, 2), found.top().stream().map(Candidate::token).toList());
  }

  @Test
  void shouldOrderByLogitThenIdWhenThereAreTies() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      int vocabulary = 1 + random.nextInt(40);
      float[] logits = new float[vocabulary];
      for (int i = 0; i < vocabulary; i++) {
        logits[i] = random.nextInt(5);
      }
      int count = random.nextInt(25);
      List<Integer> expected =
          IntStream.range(0, vocabulary)
              .boxed()
              .sorted((a, b) -> Float.compare(logits[b], logits[a]))
              .limit(count)
              .toList();
      int chosen = random.nextInt(vocabulary);
      LogProbabilities found =
          LogProbabilities.of(MemorySegment.ofArray(logits), vocabulary, chosen, count);
      List<Integer> top = found.top().stream().map(Candidate::token).toList();
      assertEquals(expected, top, "seed " + seed);
      found.top().stream()
          .filter(candidate -> candidate.token() == chosen)
          .forEach(candidate -> assertEquals(found.chosen(), candidate.logProbability()));
    }
  }

  @Test
  void shouldRefuseWhenALogitIsNotFinite() {
    MemorySegment logits = MemorySegment.ofArray(new float[] {1, Float.NaN});
    ShardException e =
        assertThrows(ShardException.class, () -> LogProbabilities.of(logits, 2, 0, 1));
    assertEquals(ShardError.NON_FINITE, e.error());
  }
}
