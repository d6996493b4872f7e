package org.weft.shard.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.weft.shard.gguf.GgufFile;

/** A real model's tokenizer against ids on which two other implementations agree. */
final class SmolLmTokenizerTest {
  private static final Path SHARED =
      Path.of(System.getProperty("weft.root", ".")).resolve("../shared");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void shouldGiveTheGoldenIdsAndTheTextBack() throws IOException {
    JsonNode cases = golden("tokens.json");
    try (GgufFile file = model("smollm2-135m-instruct-q4_1.gguf")) {
      Tokenizer tokenizer = Tokenizer.of(file);
      for (JsonNode each : cases) {
        String text = each.get("text").asText();
        int[] ids = JSON.convertValue(each.get("ids"), int[].class);
        assertArrayEquals(ids, tokenizer.encode(text, false, false), text);
        assertEquals(text, tokenizer.decode(ids));
      }
    }
  }

  @Test
  void shouldGiveTheGoldenIdsWhenChatsAreParsed() throws IOException {
    JsonNode cases = golden("chat.json");
    try (GgufFile file = model("smollm2-135m-instruct-q4_1.gguf")) {
      Tokenizer tokenizer = Tokenizer.of(file);
      for (JsonNode each : cases) {
        String text = each.get("rendered").asText();
        int[] ids = JSON.convertValue(each.get("ids"), int[].class);
        assertArrayEquals(ids, tokenizer.encode(text, true, true), text);
      }
      assertTrue(tokenizer.ends(tokenizer.eos().orElseThrow()));
      assertTrue(tokenizer.special(1));
    }
  }

  @Test
  void shouldAddBosWhenTheDemoModelSaysSo() throws IOException {
    try (GgufFile file = model("weft-demo-q8_0.gguf")) {
      Tokenizer tokenizer = Tokenizer.of(file);
      int[] ids = tokenizer.encode("What is Weft?", true, true);
      assertEquals(tokenizer.bos().orElseThrow(), ids[0]);
      assertEquals(
          "What is Weft?", tokenizer.decode(tokenizer.encode("What is Weft?", false, false)));
    }
  }

  private static GgufFile model(String name) {
    return GgufFile.open(present("models/" + name));
  }

  private static JsonNode golden(String name) throws IOException {
    return JSON.readTree(present("golden/smollm2/" + name).toFile()).get("cases");
  }

  private static Path present(String name) {
    Path path = SHARED.resolve(name);
    if (!Files.exists(path)) {
      String skipped = "Skipped: " + name + " is not beside this checkout.";
      System.err.println(skipped);
      Assumptions.abort(skipped);
    }
    return path;
  }
}
