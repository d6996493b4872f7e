package org.weft.tools.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;
import org.weft.shard.ShardException;
import org.weft.shard.model.Span;
import org.weft.tools.local.BlockServerNode;
import org.weft.tools.local.HostPort;
import org.weft.tools.local.Progress;
import org.weft.tools.local.Shutdown;
import org.weft.tools.local.WeftHome;
import org.weft.tools.user.Json;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft serve}: a block server. */
@Command(
    name = "serve",
    description = "Serves a span of a model's blocks to a swarm.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft serve --model FILE                                   every block, as the first node of a swarm",
      "  weft serve --model FILE --blocks 0:10 --listen :7407      the first ten blocks",
      "  weft serve --model FILE --blocks 10:20 --join NODEID@host:7407",
      "",
      "Another node or a gateway joins with the NODEID@HOST:PORT that this one prints when it is ready."
    })
public final class ServeCommand implements Callable<Integer> {
  @Mixin private ModelOption model = new ModelOption();
  @Mixin private ComputeOptions compute = new ComputeOptions();
  @Mixin private SwarmOptions swarm = new SwarmOptions();

  @Option(
      names = "--blocks",
      paramLabel = "FROM:TO",
      description = "The blocks to serve, the second number left out (default: all).")
  private @Nullable String blocks;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to listen; port 0 lets the system choose (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.0.0.0:7407")
  private String listen = "";

  @Option(
      names = "--advertise",
      paramLabel = "HOST:PORT",
      description = "Where others reach this node, when that is not where it listens.")
  private @Nullable String advertise;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      description = "Where /metrics and /healthz are served (default: ${DEFAULT-VALUE}).",
      defaultValue = "127.0.0.1:0")
  private String metrics = "";

  @Option(
      names = "--kv-positions",
      paramLabel = "N",
      description =
          "Positions of all sessions that the caches hold (default: 32 contexts, or what a quarter of the memory holds).")
  private @Nullable Long kvPositions;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The key file (default: node.key under $$WEFT_HOME).")
  private Path keyFile = WeftHome.ofEnvironment().keyFile();

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description =
          "The model's manifest, so that only the tensors of the span are hashed (default: hash the file, once).")
  private @Nullable Path manifest;

  @Option(names = "--json", description = "Print events as JSON lines.")
  private boolean json;

  @Option(names = "--while-stdin", hidden = true, description = "End when standard input does.")
  private boolean whileStdin;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    BlockServerNode.Settings settings = settings();
    settings.listen().requireFree();
    settings.metrics().requireFree();
    Shutdown shutdown = Shutdown.onSignal();
    if (whileStdin) {
      shutdown.orWhenStdinEnds();
    }
    shutdown.during(() -> run(settings, shutdown));
    return 0;
  }

  /** The model's file is looked for last: wrong usage is wrong whatever is there. */
  private BlockServerNode.Settings settings() {
    Optional<Span> span = Optional.ofNullable(blocks).map(ServeCommand::span);
    int threads = compute.threads();
    if (kvPositions != null && kvPositions < 1) {
      throw new UsageException("--kv-positions: " + kvPositions + " is not above zero");
    }
    HostPort listening = HostPort.parse(listen, "--listen", "0.0.0.0");
    Optional<HostPort> advertised =
        Optional.ofNullable(advertise)
            .map(text -> HostPort.parse(text, "--advertise", "127.0.0.1"));
    if (advertised.filter(address -> address.anywhere() || address.port() == 0).isPresent()) {
      throw new UsageException(
          "--advertise: nobody can reach a node at " + advertised.orElseThrow());
    }
    HostPort measured = HostPort.parse(metrics, "--metrics", "127.0.0.1");
    NetworkId network = swarm.network();
    List<PeerAddress> join = swarm.join();
    return new BlockServerNode.Settings(
        model.file(),
        span,
        threads,
        compute.kvType(),
        Optional.ofNullable(kvPositions),
        listening,
        advertised,
        measured,
        network,
        join,
        Optional.ofNullable(manifest));
  }

  private void run(BlockServerNode.Settings settings, Shutdown shutdown) {
    NodeKey key = NodeKey.loadOrCreate(keyFile, new SecureRandom());
    Progress progress = json ? Progress.none() : Progress.onStandardError();
    try (BlockServerNode node =
        BlockServerNode.start(settings, key, WeftHome.ofEnvironment(), progress)) {
      progress.clear();
      announce(node);
      node.onJoin(join -> JoinNews.tell(spec.commandLine(), json, join));
      shutdown.await();
    }
  }

  private void announce(BlockServerNode node) {
    PrintWriter out = spec.commandLine().getOut();
    Span span = node.span();
    if (json) {
      Map<String, Object> event = new LinkedHashMap<>();
      event.put("event", "ready");
      event.put("id", node.address().id().toString());
      event.put("address", node.address().toString());
      event.put("span", List.of(span.start(), span.end()));
      event.put("metrics", node.metricsUrl());
      event.put("model", node.modelId().toString());
      out.println(Json.line(event));
      return;
    }
    out.println("ready: blocks " + span + " of " + node.modelName() + " (" + node.modelId() + ")");
    out.println("join   " + node.address());
    out.println("metrics " + node.metricsUrl());
  }

  private static Span span(String text) {
    String[] ends = text.split(":", -1);
    try {
      if (ends.length == 2) {
        return new Span(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
      }
    } catch (NumberFormatException | ShardException wrong) {
      throw new UsageException("--blocks: '" + text + "' is not a range of blocks such as 0:10");
    }
    throw new UsageException("--blocks: '" + text + "' is not a range of blocks such as 0:10");
  }
}
