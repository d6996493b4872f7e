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
import org.weft.tools.local.Backend;
import org.weft.tools.local.GatewayNode;
import org.weft.tools.local.HostPort;
import org.weft.tools.local.OpenModel;
import org.weft.tools.local.Progress;
import org.weft.tools.local.Shutdown;
import org.weft.tools.local.SwarmBackend;
import org.weft.tools.local.WeftHome;
import org.weft.tools.user.Json;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft gateway}: OpenAI's HTTP interface over a swarm. */
@Command(
    name = "gateway",
    description =
        "Answers OpenAI's HTTP interface over a swarm. It holds the embedding and the output head; no block server ever sees token ids.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft gateway --model FILE --join NODEID@host:7407",
      "  weft gateway --model FILE --join NODEID@host:7407 --listen 0.0.0.0:8080 --api-key secret",
      "  weft gateway --model FILE --local            every block in this process, without a swarm"
    })
public final class GatewayCommand implements Callable<Integer> {
  @Mixin private ModelOption model = new ModelOption();
  @Mixin private ComputeOptions compute = new ComputeOptions();
  @Mixin private SwarmOptions swarm = new SwarmOptions();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to listen (default: ${DEFAULT-VALUE}).",
      defaultValue = "127.0.0.1:8080")
  private String listen = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What clients call the model (default: its own name).")
  private @Nullable String name;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Ask clients for this key (default: $$WEFT_API_KEY; empty: ask for none).",
      defaultValue = "${WEFT_API_KEY}")
  private @Nullable String apiKey;

  @Option(
      names = "--cors",
      paramLabel = "ORIGIN",
      description = "Let pages of this origin in; * for all.")
  private List<String> cors = List.of();

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The key file for a swarm (default: node.key under $$WEFT_HOME).")
  private Path keyFile = WeftHome.ofEnvironment().keyFile();

  @Option(names = "--local", description = "Run every block in this process.")
  private boolean local;

  @Option(names = "--json", description = "Print events as JSON lines.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<PeerAddress> peers = swarm.join();
    if (local == !peers.isEmpty()) {
      throw new UsageException(
          local
              ? "--local and --join exclude each other"
              : "--join: name a peer of the swarm, or run every block here with --local");
    }
    if (cors.stream().anyMatch(String::isBlank)) {
      throw new UsageException(
          "--cors: name an origin, such as https://chat.example, or * for all");
    }
    HostPort address = HostPort.parse(listen, "--listen", "127.0.0.1");
    int threads = compute.threads();
    NetworkId network = swarm.network();
    address.requireFree();
    Shutdown shutdown = Shutdown.onSignal();
    shutdown.during(() -> run(address, threads, network, peers, shutdown));
    return 0;
  }

  private void run(
      HostPort address,
      int threads,
      NetworkId network,
      List<PeerAddress> peers,
      Shutdown shutdown) {
    Progress progress = json ? Progress.none() : Progress.onStandardError();
    try (OpenModel open = OpenModel.open(model.file());
        Backend backend = backend(open, threads, network, peers, progress);
        GatewayNode gateway =
            GatewayNode.start(
                open,
                backend,
                new GatewayNode.Settings(
                    address, Optional.ofNullable(name), secret(), cors, threads),
                progress)) {
      progress.clear();
      announce(gateway);
      backend.onJoin(join -> JoinNews.tell(spec.commandLine(), json, join));
      if (!backend.view().complete()) {
        progress.say(
            "not every block is served yet: requests are refused until more block servers have joined; weft status shows them");
      }
      shutdown.await();
    }
  }

  private Backend backend(
      OpenModel open, int threads, NetworkId network, List<PeerAddress> peers, Progress progress) {
    if (local) {
      return Backend.inProcess(open, threads, compute.kvType(), progress);
    }
    NodeKey key = NodeKey.loadOrCreate(keyFile, new SecureRandom());
    return SwarmBackend.join(
        open,
        open.manifest(WeftHome.ofEnvironment(), progress).id(),
        key,
        network,
        peers,
        compute.kvType());
  }

  private Optional<String> secret() {
    return Optional.ofNullable(apiKey).filter(text -> !text.isBlank());
  }

  private void announce(GatewayNode gateway) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> event = new LinkedHashMap<>();
      event.put("event", "ready");
      event.put("url", gateway.url());
      event.put("model", gateway.modelName());
      out.println(Json.line(event));
      return;
    }
    out.println("ready " + gateway.url());
    out.println("model " + gateway.modelName());
  }
}
