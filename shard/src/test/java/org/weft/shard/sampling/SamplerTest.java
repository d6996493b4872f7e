package org.weft.shard.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

class SamplerTest {
  private static MemorySegment logits(float... logits) {
    return MemorySegment.ofArray(logits);
  }

  private static SamplingParameters penalties(
      double repetition, double presence, double frequency) {
    return new SamplingParameters(0, 0, 1, 0, repetition, presence, frequency, Map.of(), 0);
  }

  private static SamplingParameters biased(double temperature, Map<Integer, Double> bias) {
    return new SamplingParameters(temperature, 0, 1, 0, 1, 0, 0, bias, 5);
  }

  @Test
  void shouldTakeTheLowerIdWhenGreedyMeetsATie() {
    Sampler greedy = new Sampler(SamplingParameters.greedy(), 4, 0);
    assertEquals(1, greedy.choose(logits(-1, 3, 3, 2), 0));
    assertEquals(0, greedy.choose(logits(-0f, 0f, -1, -1), 1));
    assertEquals(2, greedy.choose(logits(-9, -8, -7, -7), 2));
    assertEquals(1, new Sampler(biased(0, Map.of(2, 1.0)), 3, 0).choose(logits(0, 3, 2), 0));
  }

  @Test
  void shouldCountThePromptWhenPenaltyIsOnRepetitionAlone() {
    Sampler repetition = new Sampler(penalties(2, 0, 0), 3, 0);
    repetition.prompt(0);
    assertEquals(1, repetition.choose(logits(3, 2, 1), 0));
    assertEquals(0, repetition.choose(logits(3, 2, 1), 1));
    Sampler negative = new Sampler(penalties(2, 0, 0), 2, 0);
    negative.prompt(0);
    assertEquals(1, negative.choose(logits(-1, -1.5f), 0));
    Sampler presence = new Sampler(penalties(1, 2, 0), 2, 0);
    presence.prompt(0);
    assertEquals(0, presence.choose(logits(1, 0), 0));
    assertEquals(1, presence.choose(logits(1, 0), 1));
  }

  @Test
  void shouldTakeOffMoreWhenTokenWasSaidMoreOften() {
    Sampler sampler = new Sampler(penalties(1, 0, 1), 2, 0);
    assertEquals(0, sampler.choose(logits(1.5f, 0), 0));
    assertEquals(0, sampler.choose(logits(1.5f, 0), 1));
    assertEquals(1, sampler.choose(logits(1.5f, 0), 2));
    sampler.generated(1);
    assertEquals(0, sampler.choose(logits(1.5f, 0), 3));
  }

  @Test
  void shouldNeverOrAlwaysTakeATokenWhenBiasSaysSo() {
    Sampler banned = new Sampler(biased(1, Map.of(0, -100.0)), 3, 0);
    Sampler wanted = new Sampler(biased(1, Map.of(2, 100.0)), 3, 0);
    for (int i = 0; i < 200; i++) {
      assertNotEquals(0, banned.choose(logits(2, 1, 1), i));
      assertEquals(2, wanted.choose(logits(2, 1, 1), i));
    }
  }

  @Test
  void shouldRepeatItselfWhenSeedIsTheSameAndDifferWhenChoiceDiffers() {
    float[] flat = new float[1000];
    int[] differing = new int[2];
    Sampler[] same = {new Sampler(biased(1, Map.of()), 1000, 0), null, null};
    same[1] = new Sampler(biased(1, Map.of()), 1000, 0);
    same[2] = new Sampler(biased(1, Map.of()), 1000, 1);
    for (int i = 0; i < 50; i++) {
      int first = same[0].choose(logits(flat), i);
      differing[0] += first == same[1].choose(logits(flat), i) ? 0 : 1;
      differing[1] += first == same[2].choose(logits(flat), i) ? 0 : 1;
    }
    assertEquals(0, differing[0]);
    assertTrue(differing[1] > 40, "choices differ in " + differing[1] + " of 50 positions");
  }

  @Test
  void shouldDrawByProbabilityWhenNothingIsCut() {
    Sampler sampler = new Sampler(biased(0.5, Map.of()), 2, 0);
    int draws = 20_000;
    int ones = 0;
    for (int i = 0; i < draws; i++) {
      ones += sampler.choose(logits(0, 0.25f), i);
    }
    double expected = 1 / (1 + Math.exp(-0.5));
    double deviation = Math.sqrt(expected * (1 - expected) / draws);
    assertEquals(expected, (double) ones / draws, 5 * deviation);
  }

  @Test
  void shouldRefuseWhenALogitIsNotFinite() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (double temperature : new double[] {0, 1}) {
        Sampler sampler = new Sampler(biased(temperature, Map.of(0, 1.0)), 3, 0);
        MemorySegment logits = logits(1, 2, bad);
        ShardException e = assertThrows(ShardException.class, () -> sampler.choose(logits, 0));
        assertEquals(ShardError.NON_FINITE, e.error());
        assertTrue(e.getMessage().contains("token 2"));
        Sampler greedy = new Sampler(SamplingParameters.greedy(), 3, 0);
        assertThrows(ShardException.class, () -> greedy.choose(logits, 0));
      }
    }
  }

  @Test
  void shouldStayFiniteWhenLogitsAndParametersAreExtreme() {
    float max = Float.MAX_VALUE;
    for (double temperature : new double[] {0x1p-99, 1e-9, 2}) {
      for (double repetition : new double[] {1e-6, 1e6}) {
        var parameters =
            new SamplingParameters(temperature, 0, 0.9, 0.1, repetition, 2, 2, Map.of(), 1);
        Sampler sampler = new Sampler(parameters, 4, 0);
        sampler.prompt(0);
        sampler.prompt(1);
        for (int i = 0; i < 8; i++) {
          int token = sampler.choose(logits(max, -max, max / 2, 0), i);
          assertTrue(token >= 0 && token < 4);
        }
      }
    }
  }

  /** The fast cuts against sorting everything, with many ties, at many sizes and settings. */
  @Test
  void shouldAgreeWithThePlainDefinitionWhenInputsAreRandom() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 1500; round++) {
      int vocabulary = 1 + random.nextInt(random.nextBoolean() ? 12 : 300);
      SamplingParameters parameters = parameters(random, vocabulary);
      int choice = random.nextInt(4);
      Sampler sampler = new Sampler(parameters, vocabulary, choice);
      ReferenceSampler reference = new ReferenceSampler(parameters, choice);
      for (int i = random.nextInt(6); i > 0; i--) {
        int token = random.nextInt(vocabulary);
        sampler.prompt(token);
        reference.prompt(token);
      }
      float spread = (float) Math.pow(10, random.nextInt(-1, 3));
      boolean ties = random.nextBoolean();
      for (int position = 0; position < 4; position++) {
        float[] logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
          float value = (float) random.nextDouble(-spread, spread);
          logits[i] = ties ? Math.round(value) : value;
        }
        assertEquals(
            reference.choose(logits, position),
            sampler.choose(logits(logits), position),
            "seed " + seed + ", round " + round + ", " + parameters);
      }
    }
  }

  private static SamplingParameters parameters(SplittableRandom random, int vocabulary) {
    Map<Integer, Double> bias = new HashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      bias.put(random.nextInt(vocabulary), random.nextDouble(-100, 100));
    }
    double[] ps = {0, 1e-9, 0.1, 0.5, 0.9, 0.95, 1 - 0x1p-53, 1};
    boolean penalties = random.nextBoolean();
    return new SamplingParameters(
        random.nextInt(4) == 0 ? 0 : random.nextDouble(0.01, 2),
        random.nextBoolean() ? 0 : random.nextInt(vocabulary + 2),
        ps[random.nextInt(ps.length)],
        random.nextInt(3) == 0 ? random.nextDouble() : 0,
        penalties ? random.nextDouble(0.5, 2) : 1,
        penalties ? random.nextDouble(-2, 2) : 0,
        penalties ? random.nextDouble(-2, 2) : 0,
        bias,
        random.nextLong());
  }
}
