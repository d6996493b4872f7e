package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/** Greedy continuations whose choices are beyond doubt. */
final class Decided {
  /** Every decided token must be the argmax after those before it. */
  static void check(Pipeline pipeline, JsonNode golden) {
    int checked = 0;
    for (JsonNode one : golden.get("cases")) {
      int[] prompt = TestFiles.ids(one.get("ids"));
      int[] greedy = TestFiles.ids(one.get("greedy"));
      int[] ids = Arrays.copyOf(prompt, prompt.length + greedy.length - 1);
      System.arraycopy(greedy, 0, ids, prompt.length, greedy.length - 1);
      float[][] logits = pipeline.logits(ids, 64);
      for (int i = 0; i < greedy.length; i++) {
        if (one.get("decided").get(i).asInt() == 1) {
          checked++;
          assertEquals(
              greedy[i],
              Pipeline.argmax(logits[prompt.length - 1 + i]),
              "token " + i + " after " + Arrays.toString(prompt));
        }
      }
    }
    assertTrue(checked > 100, checked + " decided tokens");
  }

  private Decided() {}
}
