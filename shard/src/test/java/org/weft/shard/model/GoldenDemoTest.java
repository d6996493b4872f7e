package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.weft.shard.gguf.GgufFile;

/** The embedded model against expected outputs that others computed. */
class GoldenDemoTest {
  @Test
  void shouldGiveReferenceLogitsWhenNothingIsInt8() {
    JsonNode golden = TestFiles.json(TestFiles.shared("golden/demo/f16.json"));
    double tolerance = golden.get("max_abs_tolerance").asDouble();
    float[] all = TestFiles.npy(TestFiles.shared("golden/demo/f16-logits-case0.npy"));
    try (Pipeline pipeline = new Pipeline(TestFiles.shared("models/weft-demo-f16.gguf"))) {
      for (JsonNode one : golden.get("cases")) {
        int[] ids = TestFiles.ids(one.get("ids"));
        float[] last = pipeline.logits(ids, ids.length)[ids.length - 1];
        for (JsonNode pair : one.get("last_top20")) {
          assertEquals(pair.get(1).asDouble(), last[pair.get(0).asInt()], tolerance);
        }
      }
      int[] ids = TestFiles.ids(golden.get("cases").get(0).get("ids"));
      float[][] logits = pipeline.logits(ids, ids.length);
      for (int i = 0; i < all.length; i++) {
        int vocabulary = pipeline.config.vocabulary();
        assertEquals(all[i], logits[i / vocabulary][i % vocabulary], tolerance);
      }
    }
  }

  @Test
  void shouldAgreeWithReferenceTightlyWhenWeightsAreF16() {
    JsonNode golden = TestFiles.json(TestFiles.shared("golden/demo/f16.json"));
    java.nio.file.Path path = TestFiles.shared("models/weft-demo-f16.gguf");
    try (Pipeline pipeline = new Pipeline(path);
        GgufFile file = GgufFile.open(path)) {
      int[] ids = TestFiles.ids(golden.get("cases").get(3).get("ids"));
      double[][] expected = new ReferenceModel(file, false).logits(ids);
      Difference difference = Difference.of(expected, pipeline.logits(ids, 5));
      assertTrue(difference.max() < 5e-3, difference.toString());
    }
  }

  @Test
  void shouldGiveExpectedLikelihoodWhenProseIsScored() {
    JsonNode golden = TestFiles.json(TestFiles.shared("golden/demo/nll.json"));
    double each = golden.get("f16_tolerance_each").asDouble();
    try (Pipeline pipeline = new Pipeline(TestFiles.shared("models/weft-demo-f16.gguf"))) {
      for (int i = 0; i < golden.get("windows").size(); i++) {
        int[] ids = TestFiles.ids(golden.get("windows").get(i));
        double nll = Pipeline.nll(pipeline.logits(ids, ids.length), ids);
        assertEquals(golden.get("f16_exact").get(i).asDouble(), nll, each);
      }
    }
    double expected = 0;
    double total = 0;
    try (Pipeline pipeline = new Pipeline(TestFiles.demo())) {
      for (int i = 0; i < golden.get("windows").size(); i++) {
        int[] ids = TestFiles.ids(golden.get("windows").get(i));
        total += Pipeline.nll(pipeline.logits(ids, 64), ids);
        expected += golden.get("q8_0_int8_activations").get(i).asDouble();
      }
    }
    int windows = golden.get("windows").size();
    double tolerance = golden.get("q8_0_tolerance_of_mean").asDouble();
    assertEquals(expected / windows, total / windows, tolerance);
  }

  @Test
  void shouldChooseEveryDecidedTokenWhenGreedy() {
    JsonNode golden = TestFiles.json(TestFiles.shared("golden/demo/greedy.json"));
    try (Pipeline pipeline = new Pipeline(TestFiles.demo())) {
      Decided.check(pipeline, golden);
    }
  }

  @Test
  void shouldReadEmbeddingsExactlyWhenAsked() {
    try (Pipeline pipeline = new Pipeline(TestFiles.demo());
        GgufFile file = GgufFile.open(TestFiles.demo())) {
      int[] ids = {7, 0, 4095, 7};
      var info = file.tensor("token_embd.weight").orElseThrow();
      double[] exact = Dequantizer.values(info.computedType(), file.data(info), 4096 * 256);
      float[] rows = pipeline.embed(ids).toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
      for (int i = 0; i < rows.length; i++) {
        assertEquals((float) exact[ids[i / 256] * 256 + i % 256], rows[i]);
      }
      assertTrue(Arrays.equals(rows, 0, 256, rows, 768, 1024));
    }
  }
}
