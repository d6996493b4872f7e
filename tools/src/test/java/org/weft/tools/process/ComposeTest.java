package org.weft.tools.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code docker-compose.yml}, started by hand on loopback. */
class ComposeTest {
  private static final String QUESTION =
      """
      {"model": "Weft demo", "temperature": 0, "max_tokens": 12,
       "messages": [{"role": "user", "content": "What is Weft?"}]}\
      """;

  @TempDir private Path folder;
  private final List<WeftProcess> started = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private ComposeFile compose;

  @BeforeEach
  void readCompose() throws IOException {
    compose = ComposeFile.read(WeftProcess.root().resolve("docker-compose.yml"));
  }

  @AfterEach
  void endAll() {
    started.forEach(WeftProcess::close);
  }

  @Test
  void shouldFailAndWriteNoAddressesWhenAKeyCannotBeMade() throws Exception {
    assertNotEquals(0, identities("/bin/false"));
    assertFalse(Files.exists(folder.resolve("join")));
  }

  @Test
  void shouldAnswerOnceEveryBlockIsServedAndEndWhenTold() throws Exception {
    makeIdentities();
    WeftProcess gatewayProcess =
        weft(
            compose.command(
                "gateway",
                Map.of(
                    "/opt/weft", WeftProcess.root().toString(),
                    "0.0.0.0:8080", "127.0.0.1:0",
                    "/swarm", folder.toString())));
    try (GatewayCalls gateway = new GatewayCalls(gatewayProcess.awaitGateway())) {
      assertRefusedForBlock(0, gateway);

      List<WeftProcess> ends = List.of(node(1), node(3));
      for (WeftProcess end : ends) {
        end.awaitLine(line -> line.startsWith("ready: blocks"));
      }
      awaitNodes(2, gateway);
      assertRefusedForBlock(3, gateway);

      WeftProcess middle = node(2);
      middle.awaitLine(line -> line.startsWith("ready: blocks 3:6 of Weft demo"));
      awaitNodes(3, gateway);
      GatewayCalls.Answer answer = gateway.post("/v1/chat/completions", QUESTION);
      assertEquals(200, answer.status(), answer.body()::toString);
      String text = answer.body().path("choices").path(0).path("message").path("content").asText();
      assertTrue(text.startsWith("Weft is a network of many small machines"), text);
    }
    started.forEach(WeftProcess::terminate);
    for (WeftProcess process : started) {
      process.awaitExit(WeftProcess.PATIENCE);
      assertEquals(
          List.of(), process.errors().stream().filter(line -> line.startsWith("weft: ")).toList());
    }
    // It was there before the nodes were, and says whom it waits for.
    List<String> waited = gatewayProcess.errors();
    for (int node = 1; node <= 3; node++) {
      String peer = "@" + address(node);
      assertTrue(
          waited.stream().anyMatch(l -> l.startsWith("not joined through ") && l.contains(peer)),
          waited::toString);
      assertTrue(
          waited.stream().anyMatch(l -> l.startsWith("joined through ") && l.endsWith(peer)),
          waited::toString);
    }
  }

  /** Makes the keys as the file's own script does, and lets the nodes' names mean ports here. */
  private void makeIdentities() throws Exception {
    for (int node = 1; node <= 3; node++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        ports.add(free.getLocalPort());
      }
    }
    int status = identities(quoted(WeftProcess.command()));
    assertEquals(0, status, Files.readString(folder.resolve("identities.log")));
    Path join = folder.resolve("join");
    String addresses = Files.readString(join);
    assertEquals(3, addresses.lines().filter(line -> line.contains("@node-")).count());
    for (int node = 1; node <= 3; node++) {
      addresses = addresses.replace("node-" + node + ":7407", address(node));
    }
    Files.writeString(join, addresses);
  }

  /** Runs the script of the service that makes the nodes' keys, and gives its status. */
  private int identities(String weft) throws Exception {
    String script =
        compose.script(
            "identities",
            Map.of(
                "/opt/weft/weft",
                weft,
                "/swarm",
                folder.toString(),
                // The test is no other user than the nodes are.
                "chown -R weft",
                "ls"));
    Process identities =
        new ProcessBuilder("/bin/sh", "-euc", script)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("identities.log").toFile())
            .start();
    assertTrue(identities.waitFor(WeftProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    return identities.exitValue();
  }

  private WeftProcess node(int number) throws IOException {
    return weft(
        compose.command(
            "node-" + number,
            Map.of(
                "/opt/weft",
                WeftProcess.root().toString(),
                "0.0.0.0:7407",
                address(number),
                "node-" + number + ":7407",
                address(number),
                "0.0.0.0:9407",
                "127.0.0.1:0",
                "/swarm",
                folder.toString())));
  }

  private WeftProcess weft(List<String> command) {
    List<String> alone = new ArrayList<>(command);
    // A container has its machine's cores; here four share them.
    alone.addAll(List.of("--threads", "1"));
    WeftProcess process = WeftProcess.start(folder, alone);
    started.add(process);
    return process;
  }

  private String address(int node) {
    return "127.0.0.1:" + ports.get(node - 1);
  }

  private static void awaitNodes(int nodes, GatewayCalls gateway) {
    GatewayCalls.await(
        nodes + " nodes are known",
        WeftProcess.PATIENCE,
        () -> gateway.metricsUrls().size() == nodes);
  }

  private static void assertRefusedForBlock(int block, GatewayCalls gateway) throws Exception {
    GatewayCalls.Answer refused = gateway.post("/v1/chat/completions", QUESTION);
    assertEquals(503, refused.status(), refused.body()::toString);
    assertTrue(refused.errorMessage().contains("block " + block), refused.errorMessage());
  }

  private static String quoted(List<String> command) {
    StringBuilder line = new StringBuilder();
    for (String word : command) {
      line.append('\'').append(word).append("' ");
    }
    return line.toString().strip();
  }
}
