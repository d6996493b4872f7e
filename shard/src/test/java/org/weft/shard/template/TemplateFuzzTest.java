package org.weft.shard.template;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** Whatever the template: a prompt or one sentence, and never more than its budget. */
final class TemplateFuzzTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final Map<String, Object> CONTEXT =
      Map.of(
          "messages",
          List.of(
              Map.of("role", "user", "content", "a \uD83D\uDE00 b"),
              Map.of("role", "assistant", "content", "", "tool_calls", List.of(Map.of("n", 1)))),
          "tools",
          List.of(Map.of("type", "function", "f", 1.5)),
          "add_generation_prompt",
          true);

  @FuzzTest(maxDuration = "60s")
  void shouldRenderOrRefuse(byte[] bytes) {
    String source = new String(bytes, StandardCharsets.UTF_8);
    try {
      ChatTemplate.parse(source, CLOCK).render(CONTEXT);
    } catch (ShardException e) {
      assertTrue(e.error() == ShardError.TEMPLATE, e::toString);
      assertTrue(String.valueOf(e.getMessage()).contains("line "), e::toString);
    }
  }
}
