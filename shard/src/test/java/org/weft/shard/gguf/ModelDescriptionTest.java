package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.shard.gguf.ModelDescription.TypeTotal;
import org.weft.shard.gguf.ModelDescription.Value;

class ModelDescriptionTest {
  @TempDir Path folder;

  private ModelDescription describe(GgufWriter writer) {
    try (GgufFile file = GgufFile.open(writer.write(folder.resolve("m.gguf")))) {
      return ModelDescription.of(file);
    }
  }

  @Test
  void shouldSayWhatIsThereWhenModelIsSmolLm2() {
    Path path = RealModelTest.shared("smollm2-135m-instruct-q4_1.gguf");
    try (GgufFile file = GgufFile.open(path)) {
      ModelDescription model = ModelDescription.of(file);
      assertEquals(List.of(path.toString()), model.files());
      assertEquals("llama", model.architecture());
      assertEquals("Smollm2 135M 8k Lc100K Mix1 Ep2", model.name());
      assertEquals("apache-2.0", model.license());
      assertEquals(134_515_008, model.parameters());
      assertEquals(30, model.blocks());
      assertEquals(576, model.width());
      assertEquals(9, model.heads());
      assertEquals(3, model.kvHeads());
      assertEquals(1536, model.feedForward());
      assertEquals(8192, model.context());
      assertEquals(49_152, model.vocabulary());
      assertEquals("gpt2", model.tokenizer());
      assertEquals("smollm", model.preTokenizer());
      assertTrue(model.chatTemplate());
      assertEquals(
          List.of("Q4_1 210", "Q8_0 1", "F32 61"),
          model.tensorTypes().stream().map(t -> t.type() + " " + t.tensors()).toList());
      long typed = model.tensorTypes().stream().mapToLong(TypeTotal::bytes).sum();
      assertEquals(typed, model.tensorBytes());
      assertEquals(33, model.metadata().size());
      assertEquals(272, model.tensors().size());
    }
  }

  @Test
  void shouldHoldNullsWhenFileSaysNothingOrTheUnexpected() {
    ModelDescription model =
        describe(
            new GgufWriter()
                .string("general.architecture", "odd")
                .f32("odd.block_count", 3)
                .integers("odd.attention.head_count", 1, 2)
                .u64("odd.context_length", -1));
    assertNull(model.name());
    assertNull(model.blocks());
    assertNull(model.heads());
    assertNull(model.context());
    assertNull(model.vocabulary());
    assertFalse(model.chatTemplate());
    assertEquals(0, model.parameters());
    assertNull(describe(new GgufWriter()).architecture());
  }

  @Test
  void shouldCutAndCleanValuesWhenTheyAreLongOrHarmful() {
    ModelDescription model =
        describe(
            new GgufWriter()
                .string("s", "a\u001b[2J\nb" + "x".repeat(100))
                .integers("i", 1, 2, 3, 4, 5, 6, 7)
                .strings("t", List.of("a", "b"))
                .u64("u", -1)
                .f32("f", 0.5f)
                .f64("d", 0.25)
                .bool("b", true));
    List<Value> values = model.metadata();
    assertEquals("STRING", values.getFirst().type());
    assertEquals("a\uFFFD[2J\\nb" + "x".repeat(53) + "…", values.getFirst().value());
    List<String> shown = values.stream().skip(1).map(v -> v.type() + " " + v.value()).toList();
    assertEquals(
        List.of(
            "ARRAY of INT32 [1, 2, 3, 4, 5, 6, … 7 in all]",
            "ARRAY of STRING [a, b]",
            "UINT64 18446744073709551615",
            "FLOAT32 0.5",
            "FLOAT64 0.25",
            "BOOL true"),
        shown);
  }

  @Test
  void shouldBecomePlainJsonWhenJacksonWritesIt() throws JsonProcessingException {
    ModelDescription model = describe(new GgufWriter().floats("w", new long[] {2}, 1, 2));
    JsonNode json = new ObjectMapper().valueToTree(model);
    assertEquals(8, json.get("tensorBytes").asLong());
    assertEquals("F32", json.get("tensorTypes").get(0).get("type").asText());
    assertEquals(2, json.get("tensors").get(0).get("shape").get(0).asInt());
    assertTrue(json.get("name").isNull());
  }
}
