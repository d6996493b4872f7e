package org.weft.tools.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every block in one process. */
class NoSwarmProcessTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void shouldTellADemoInTwoObjectsWhenAskedForJson() throws Exception {
    try (WeftProcess demo =
        WeftProcess.start(
            folder, List.of("demo", "--hops", "0", "--once", "--json", "What is Weft?"))) {
      assertEquals(0, demo.awaitExit(WeftProcess.PATIENCE));
      assertEquals(List.of(), demo.errors());
      List<String> lines = demo.out().lines().toList();
      assertEquals(2, lines.size(), demo.out());
      JsonNode ready = GatewayCalls.JSON.readTree(lines.getFirst());
      assertEquals("ready", ready.path("event").asText());
      assertTrue(ready.path("url").asText().matches("http://127\\.0\\.0\\.1:\\d+/v1"), demo.out());
      assertEquals("Weft demo", ready.path("model").asText());
      assertEquals(8, ready.path("blocks").asInt());
      assertEquals("[]", ready.path("chain").toString());
      JsonNode answer = GatewayCalls.JSON.readTree(lines.getLast());
      assertEquals("answer", answer.path("event").asText());
      assertEquals("What is Weft?", answer.path("prompt").asText());
      assertTrue(answer.path("text").asText().startsWith("Weft is a network"), demo.out());
      assertEquals("stop", answer.path("finish_reason").asText());
      assertTrue(answer.path("completion_tokens").asInt() > 10, demo.out());
      assertTrue(answer.path("tokens_per_second").asDouble() > 0, demo.out());
      assertTrue(answer.path("first_token_seconds").asDouble() > 0, demo.out());
    }
  }

  @Test
  void shouldServeWithoutAKeyWhenThereIsNoSwarm() throws Exception {
    Path key = folder.resolve("node.key");
    try (WeftProcess gateway =
        WeftProcess.start(
            folder,
            List.of("gateway", "--local", "--listen", "127.0.0.1:0", "--key", key.toString()))) {
      gateway.awaitGateway();
      assertTrue(Files.notExists(key));
      gateway.terminate();
      gateway.awaitExit(SOON);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldHaveCompilersStepAsideWhenReady() throws Exception {
    try (WeftProcess gateway =
        WeftProcess.start(folder, List.of("gateway", "--local", "--listen", "127.0.0.1:0"))) {
      gateway.awaitGateway();
      int ours = gateway.niceness("java");
      assertEquals(Math.min(19, ours + 10), gateway.niceness("C2 CompilerThre"));
      assertEquals(Math.min(19, ours + 10), gateway.niceness("C1 CompilerThre"));
    }
  }
}
