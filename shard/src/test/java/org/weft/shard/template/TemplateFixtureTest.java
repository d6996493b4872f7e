package org.weft.shard.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** Against what jinja2 gives, by make_template_fixtures.py. */
final class TemplateFixtureTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2024-07-09T13:05:09Z"), ZoneOffset.UTC);

  @Test
  void shouldRenderWhatJinjaRendersWhenASnippetTriesOneFeature() throws IOException {
    JsonNode fixture = fixture();
    Map<String, Object> data = context(fixture.get("data"));
    for (JsonNode each : fixture.get("snippets")) {
      check(each, each.get("template").asText(), data);
    }
  }

  @Test
  void shouldRenderWhatJinjaRendersWhenTemplatesAreLikeThoseOfModels() throws IOException {
    JsonNode fixture = fixture();
    for (JsonNode each : fixture.get("templates")) {
      String source = read("templates/" + each.get("template").asText() + ".jinja");
      check(each, source, context(fixture.get("contexts").get(each.get("context").asText())));
    }
  }

  private static void check(JsonNode expected, String source, Map<String, Object> context) {
    String name = expected.get("name").asText() + ": " + source;
    if (expected.has("out")) {
      assertEquals(
          expected.get("out").asText(), ChatTemplate.parse(source, CLOCK).render(context), name);
      return;
    }
    ShardException refused =
        assertThrows(
            ShardException.class, () -> ChatTemplate.parse(source, CLOCK).render(context), name);
    assertEquals(ShardError.TEMPLATE, refused.error(), name);
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("line "), message);
    if (expected.has("raised")) {
      assertTrue(message.startsWith(expected.get("raised").asText()), message);
    }
  }

  private static JsonNode fixture() throws IOException {
    return JSON.readTree(read("templates.json"));
  }

  private static Map<String, Object> context(JsonNode node) {
    return JSON.convertValue(node, new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  private static String read(String name) throws IOException {
    try (InputStream in = TemplateFixtureTest.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is not among the test's resources");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
