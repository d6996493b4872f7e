package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** SmolLM2-135M-Instruct against expected outputs that others computed. */
class GoldenSmolTest {
  private static final String MODEL = "models/smollm2-135m-instruct-q4_1.gguf";

  @Test
  void shouldChooseDecidedTokensAndGiveExpectedLikelihoodWhenModelIsReal() {
    JsonNode greedy = TestFiles.json(TestFiles.shared("golden/smollm2/greedy.json"));
    JsonNode golden = TestFiles.json(TestFiles.shared("golden/smollm2/nll.json"));
    try (Pipeline pipeline = new Pipeline(TestFiles.shared(MODEL))) {
      Decided.check(pipeline, greedy);
      double total = 0;
      for (JsonNode window : golden.get("windows")) {
        int[] ids = TestFiles.ids(window);
        total += Pipeline.nll(pipeline.logits(ids, 128), ids);
      }
      double mean = total / golden.get("windows").size();
      double tolerance = golden.get("tolerance_of_mean").asDouble();
      assertEquals(golden.get("mean_exact").asDouble(), mean, tolerance);
    }
  }
}
