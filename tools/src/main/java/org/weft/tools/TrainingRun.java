package org.weft.tools;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.NetworkId;
import org.weft.shard.model.KvType;
import org.weft.tools.local.BlockServerNode;
import org.weft.tools.local.GatewayNode;
import org.weft.tools.local.HostPort;
import org.weft.tools.local.Installation;
import org.weft.tools.local.OpenModel;
import org.weft.tools.local.Progress;
import org.weft.tools.local.SwarmBackend;
import org.weft.tools.local.WeftHome;

/**
 * Does once, in one process, what block servers and gateways do when they start and answer, so that
 * the JVM can list which classes and lambdas they need. The launcher runs it after a build and has
 * an archive made of them (JEP 310), which every later start maps.
 */
final class TrainingRun {
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
  private static final NetworkId NETWORK = NetworkId.named("training");
  private static final int THREADS = 2;
  private static final Duration LONGEST = Duration.ofSeconds(90);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(20);

  /** {@code args}: a folder for keys and state, which the caller removes. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Thread.ofPlatform().daemon().start(TrainingRun::giveUpLate);
    StandardError.restore();
    SecurityProviders.keepTheCore();
    Silence.libraries();
    Weft.commandLine().parseArgs("demo", "--once");
    SecureRandom random = new SecureRandom();
    try (BlockServerNode server =
            BlockServerNode.start(
                everyBlock(),
                NodeKey.generate(random),
                new WeftHome(Path.of(args[0])).created(),
                Progress.none());
        OpenModel open = OpenModel.open(Installation.embeddedModel());
        SwarmBackend swarm =
            SwarmBackend.join(
                open,
                server.modelId(),
                NodeKey.generate(random),
                NETWORK,
                List.of(server.address()),
                KvType.F16);
        GatewayNode gateway =
            GatewayNode.start(
                open,
                swarm,
                new GatewayNode.Settings(
                    ANY_PORT, Optional.empty(), Optional.empty(), List.of(), THREADS),
                Progress.none())) {
      ask(gateway, false);
      ask(gateway, true);
    }
    System.exit(Weft.OK);
  }

  /** The launcher waits for it, if it lives. */
  private static void giveUpLate() {
    Optional<ProcessHandle> launcher = ProcessHandle.current().parent();
    long end = System.nanoTime() + LONGEST.toNanos();
    try {
      while (System.nanoTime() < end && launcher.equals(ProcessHandle.current().parent())) {
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(Weft.FAILED);
  }

  private static BlockServerNode.Settings everyBlock() {
    return new BlockServerNode.Settings(
        Installation.embeddedModel(),
        Optional.empty(),
        THREADS,
        KvType.F16,
        Optional.empty(),
        ANY_PORT,
        Optional.empty(),
        ANY_PORT,
        NETWORK,
        List.of(),
        Optional.empty());
  }

  private static void ask(GatewayNode gateway, boolean stream)
      throws IOException, InterruptedException {
    String body =
        """
        {"model": "%s", "messages": [{"role": "user", "content": "What is Weft?"}], "stream": %s, "max_tokens": 16}\
        """
            .formatted(gateway.modelName(), stream);
    try (HttpClient client = HttpClient.newHttpClient()) {
      client.send(
          HttpRequest.newBuilder(URI.create(gateway.url() + "/chat/completions"))
              .timeout(LONGEST_ANSWER)
              .header("content-type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private TrainingRun() {}
}
