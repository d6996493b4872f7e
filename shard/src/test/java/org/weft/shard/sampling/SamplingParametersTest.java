package org.weft.shard.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

class SamplingParametersTest {
  private static void refused(
      String sentence, double t, int k, double p, double m, double r, double pp, double fp) {
    ShardException e =
        assertThrows(
            ShardException.class, () -> new SamplingParameters(t, k, p, m, r, pp, fp, Map.of(), 0));
    assertEquals(ShardError.ARGUMENT, e.error());
    assertEquals(sentence, e.getMessage());
  }

  @Test
  void shouldNameParameterAndRangeWhenValueIsOutside() {
    refused("temperature must be from 0 to 2, not 2.5", 2.5, 0, 1, 0, 1, 0, 0);
    refused("temperature must be from 0 to 2, not -1", -1, 0, 1, 0, 1, 0, 0);
    refused("temperature must be from 0 to 2, not NaN", Double.NaN, 0, 1, 0, 1, 0, 0);
    refused("top_k must be 0 (off) or more, not -1", 1, -1, 1, 0, 1, 0, 0);
    refused("top_p must be from 0 to 1, not 1.01", 1, 0, 1.01, 0, 1, 0, 0);
    refused("min_p must be from 0 to 1, not -0.1", 1, 0, 1, -0.1, 1, 0, 0);
    refused("repetition_penalty must be from 1.0E-6 to 1000000, not 0", 1, 0, 1, 0, 0, 0, 0);
    refused("presence_penalty must be from -2 to 2, not 3", 1, 0, 1, 0, 1, 3, 0);
    refused("frequency_penalty must be from -2 to 2, not -3", 1, 0, 1, 0, 1, 0, -3);
  }

  @Test
  void shouldNameTheTokenWhenBiasIsOutside() {
    for (Map<Integer, Double> bias : java.util.List.of(Map.of(5, 101.0), Map.of(-5, 1.0))) {
      ShardException e =
          assertThrows(
              ShardException.class, () -> new SamplingParameters(1, 0, 1, 0, 1, 0, 0, bias, 0));
      assertEquals(ShardError.ARGUMENT, e.error());
      assertTrue(e.getMessage().contains("token " + bias.keySet().iterator().next()));
    }
    var beyond = new SamplingParameters(1, 0, 1, 0, 1, 0, 0, Map.of(10, 1.0), 0);
    ShardException e = assertThrows(ShardException.class, () -> new Sampler(beyond, 10, 0));
    assertEquals("logit_bias names the token 10, and the model's tokens end at 9", e.getMessage());
  }

  @Test
  void shouldKeepItsOwnCopyWhenTheMapChanges() {
    Map<Integer, Double> bias = new HashMap<>(Map.of(1, 2.0));
    var parameters = new SamplingParameters(1, 0, 1, 0, 1, 0, 0, bias, 0);
    bias.put(2, 3.0);
    assertEquals(Map.of(1, 2.0), parameters.logitBias());
  }
}
