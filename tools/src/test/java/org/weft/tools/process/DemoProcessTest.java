package org.weft.tools.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code weft demo}: a gateway and a chain of three, four processes. One start serves every test
 * here, so the last two, which kill, come last.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoProcessTest {
  private static final int CLIENTS = 20;
  private static final int HOPS = 3;
  private static final Duration SOON = Duration.ofSeconds(120);

  @TempDir private static Path folder;
  private static WeftProcess demo;
  private static GatewayCalls gateway;
  private static List<String> nodes;

  @BeforeAll
  static void start() throws Exception {
    demo = WeftProcess.start(folder, List.of("demo", "--port", "0", "--threads", "1"));
    gateway = new GatewayCalls(demo.awaitGateway());
    nodes = gateway.metricsUrls();
    demo.awaitLine(line -> line.startsWith("first token after"));
  }

  @AfterAll
  static void stop() {
    try {
      demo.close();
    } finally {
      gateway.close();
    }
  }

  @Test
  @Order(1)
  void shouldShowChainAndAnswerWhenStarted() throws Exception {
    assertEquals(HOPS, nodes.size());
    assertEquals(HOPS, demo.children().size());
    assertTrue(demo.out().contains("-> blocks 0:2 "), demo.out());
    assertTrue(demo.out().contains("Weft is a network of many small machines"), demo.out());

    JsonNode models = gateway.get("/v1/models").body();
    assertEquals("list", models.path("object").asText());
    assertEquals("Weft demo", models.path("data").path(0).path("id").asText());
  }

  @Test
  @Order(2)
  void shouldAnswerTwentyAtOnceAsAloneWhenSeedsAreGiven() throws Exception {
    List<JsonNode> alone = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      alone.add(sampled(i));
    }
    List<JsonNode> together = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<JsonNode>> answers = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int seed = i;
        answers.add(clients.submit(() -> sampled(seed)));
      }
      for (Future<JsonNode> answer : answers) {
        together.add(answer.get(WeftProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS));
      }
    }
    assertEquals(alone, together);
    assertTrue(new HashSet<>(alone).size() > CLIENTS / 2, "the seeds hardly matter: " + alone);
    awaitNoPages(nodes);
  }

  private static JsonNode sampled(int seed) throws Exception {
    GatewayCalls.Answer answer =
        gateway.post(
            "/v1/chat/completions",
            """
            {"model": "Weft demo", "seed": %d, "temperature": 1.4, "max_tokens": 12,
             "messages": [{"role": "user", "content": "Tell me of block %d."}]}\
            """
                .formatted(seed, seed));
    assertEquals(200, answer.status(), answer.body()::toString);
    return answer.body().path("choices");
  }

  @Test
  @Order(3)
  void shouldFreeEveryPageWhenStreamingClientHangsUp() throws Exception {
    try (Socket client = gateway.postAndHold("/v1/completions", endless(true))) {
      firstLine(reader(client), line -> line.startsWith("data: {"));
      awaitPagesAtEveryNode();
    }
    awaitNoPages(nodes);
  }

  @Test
  @Order(4)
  void shouldFreeEveryPageWhenWaitingClientHangsUp() throws Exception {
    try (Socket client = gateway.postAndHold("/v1/completions", endless(false))) {
      awaitPagesAtEveryNode();
      assertFalse(client.isClosed());
    }
    awaitNoPages(nodes);
  }

  @Test
  @Order(5)
  void shouldRefuseAndStayUpWhenABlockServerIsKilled() throws Exception {
    try (Socket waiting = gateway.postAndHold("/v1/completions", endless(false));
        Socket reading = gateway.postAndHold("/v1/completions", endless(true))) {
      BufferedReader answer = reader(waiting);
      BufferedReader stream = reader(reading);
      firstLine(stream, line -> line.startsWith("data: {"));
      awaitPagesAtEveryNode();
      demo.blockServer("2:5").destroyForcibly();

      // Whoever was in mid-sentence hears of it, and so does the next one, in OpenAI's words.
      String status = answer.readLine();
      assertTrue(status.matches("HTTP/1.1 50[0234] .*"), status);
      firstLine(stream, line -> line.startsWith("data: {\"error\":{\"message\":"));
      awaitNoPages(List.of(nodes.getFirst(), nodes.getLast()));
    }
    GatewayCalls.Answer next = gateway.post("/v1/completions", endless(false));
    assertTrue(next.status() >= 500, next.body()::toString);
    assertFalse(next.errorMessage().isBlank());
    assertEquals(200, gateway.get("/v1/models").status());
    assertTrue(demo.alive());
    awaitNoPages(List.of(nodes.getFirst(), nodes.getLast()));
  }

  @Test
  @Order(6)
  void shouldLeaveNoOrphanWhenTheParentIsKilled() throws Exception {
    List<ProcessHandle> children =
        demo.children().stream().filter(c -> !WeftProcess.ended(c)).toList();
    assertEquals(HOPS - 1, children.size());
    demo.kill();
    GatewayCalls.await(
        "no child of the demo is left", SOON, () -> children.stream().allMatch(WeftProcess::ended));
    assertEquals(1, temporaryHomes().size());
  }

  @Test
  @Order(7)
  void shouldTidyUpAfterAKilledOneAndEndWithItsChildrenWhenToldTo() throws Exception {
    List<Path> left = temporaryHomes();
    try (WeftProcess other =
        WeftProcess.start(folder, List.of("demo", "--hops", "1", "--threads", "1"))) {
      other.awaitGateway();
      List<Path> own = temporaryHomes();
      assertEquals(1, own.size());
      assertFalse(left.containsAll(own));
      List<ProcessHandle> children = other.children();
      assertEquals(1, children.size());
      other.terminate();
      other.awaitExit(SOON);
      assertTrue(children.stream().allMatch(WeftProcess::ended), "a child is left");
    }
    assertEquals(List.of(), temporaryHomes());
  }

  /** What demos keep in the system's temporary directory. */
  private static List<Path> temporaryHomes() throws IOException {
    try (DirectoryStream<Path> homes = Files.newDirectoryStream(folder, "weft-demo-*")) {
      List<Path> found = new ArrayList<>();
      homes.forEach(found::add);
      return found;
    }
  }

  /**
   * Goes on to the end of the context: the model's ends of a text (0) and a turn (2) are ruled out.
   */
  private static String endless(boolean stream) {
    return """
    {"model": "Weft demo", "prompt": "Weft is", "temperature": 0, "max_tokens": 370, "stream": %b,
     "logit_bias": {"0": -100, "2": -100}}\
    """
        .formatted(stream);
  }

  private static BufferedReader reader(Socket client) throws IOException {
    return new BufferedReader(
        new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
  }

  private static void firstLine(BufferedReader answer, Predicate<String> wanted)
      throws IOException {
    String line = answer.readLine();
    while (line != null && !wanted.test(line)) {
      line = answer.readLine();
    }
    assertNotNull(line, "the answer ended before that line");
  }

  private static void awaitPagesAtEveryNode() {
    GatewayCalls.await(
        "pages are used at every node",
        SOON,
        () -> nodes.stream().allMatch(node -> gateway.pagesUsed(node) > 0));
  }

  private static void awaitNoPages(List<String> at) {
    GatewayCalls.await(
        "no page is used at " + at,
        SOON,
        () -> at.stream().allMatch(node -> gateway.pagesUsed(node) == 0));
  }
}
