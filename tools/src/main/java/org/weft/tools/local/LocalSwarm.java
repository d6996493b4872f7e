package org.weft.tools.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.weft.node.ticket.PeerAddress;
import org.weft.shard.manifest.Manifest;
import org.weft.shard.model.Span;
import org.weft.tools.user.Json;
import org.weft.tools.user.UserException;

/**
 * A private swarm of block-server processes on loopback, with keys and state in a temporary home.
 * It ends with {@link #close}.
 */
public final class LocalSwarm implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(5);

  /** One block server: what it serves and where. */
  public record Server(Span span, ChildProcess process, CompletableFuture<JsonNode> readiness) {}

  private final TemporaryHome home;
  private final String network;
  private final List<Server> servers = new ArrayList<>();
  private volatile boolean closing;

  private LocalSwarm(TemporaryHome home, String network) {
    this.home = home;
    this.network = network;
  }

  /** Starts one process a span; {@link #await} waits for them. */
  public static LocalSwarm start(
      OpenModel model, Manifest manifest, List<Span> spans, String network, List<String> flags) {
    LocalSwarm swarm = new LocalSwarm(TemporaryHome.make(), network);
    try {
      Path manifestFile = swarm.home.path().resolve("manifest");
      Files.write(manifestFile, manifest.bytes());
      for (int i = 0; i < spans.size(); i++) {
        swarm.servers.add(swarm.launch(model.path(), manifestFile, spans.get(i), i, flags));
      }
      return swarm;
    } catch (IOException failed) {
      swarm.close();
      throw new UserException(
          "cannot write to the temporary directory " + swarm.home.path() + ": is the disk full?",
          failed);
    } catch (RuntimeException failed) {
      swarm.close();
      throw failed;
    }
  }

  /** Cuts {@code blocks} into {@code hops} spans whose sizes differ by one at most. */
  public static List<Span> split(int blocks, int hops) {
    if (hops < 1 || hops > blocks) {
      throw new UserException(
          "a model of "
              + blocks
              + " blocks cannot be cut into "
              + hops
              + " spans: choose 1 to "
              + blocks
              + " hops");
    }
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < hops; i++) {
      spans.add(new Span(blocks * i / hops, blocks * (i + 1) / hops));
    }
    return spans;
  }

  private Server launch(Path model, Path manifest, Span span, int index, List<String> flags) {
    CompletableFuture<JsonNode> readiness = new CompletableFuture<>();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--model",
                model.toAbsolutePath().toString(),
                "--blocks",
                span.toString()));
    arguments.addAll(
        List.of(
            "--manifest",
            manifest.toString(),
            "--network",
            network,
            "--listen",
            "127.0.0.1:0",
            "--metrics",
            "127.0.0.1:0"));
    arguments.addAll(List.of("--json", "--while-stdin"));
    arguments.addAll(flags);
    ChildProcess child =
        ChildProcess.start(
            home.path().resolve("node-" + (index + 1)), arguments, line -> heard(line, readiness));
    Server server = new Server(span, child, readiness);
    child
        .ended()
        .thenAccept(status ->
            readiness.completeExceptionally(
                new UserException(
                    "the block server of blocks " + span + " ended: " + child.lastSentence())));
    return server;
  }

  private static void heard(String line, CompletableFuture<JsonNode> readiness) {
    try {
      JsonNode event = Json.read(line);
      if ("ready".equals(event.path("event").textValue())) {
        readiness.complete(event);
      }
    } catch (JsonProcessingException notJson) {
      readiness.completeExceptionally(
          new UserException("a block server said something that is not JSON: " + line, notJson));
    }
  }

  /** Waits until every server is ready, and gives their addresses, in chain order. */
  public List<PeerAddress> await() {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    List<PeerAddress> addresses = new ArrayList<>();
    for (Server server : servers) {
      try {
        JsonNode ready =
            server.readiness().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        addresses.add(PeerAddress.parse(ready.path("address").asText()));
      } catch (ExecutionException ended) {
        throw ended.getCause() instanceof UserException user
            ? user
            : new UserException("a block server did not start", ended);
      } catch (TimeoutException late) {
        throw new UserException(
            "the block server of blocks "
                + server.span()
                + " was not ready within "
                + READY_WITHIN.toMinutes()
                + " minutes",
            late);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new UserException("interrupted while the block servers started", interrupted);
      }
    }
    return addresses;
  }

  public List<Server> servers() {
    return List.copyOf(servers);
  }

  /** True once {@link #close} has begun, when servers that end are no news. */
  public boolean closing() {
    return closing;
  }

  @Override
  public void close() {
    closing = true;
    // Closing the executor waits for all of them, interrupted or not.
    try (ExecutorService closers = Executors.newVirtualThreadPerTaskExecutor()) {
      servers.forEach(server -> closers.execute(server.process()::close));
    }
    home.close();
  }
}
