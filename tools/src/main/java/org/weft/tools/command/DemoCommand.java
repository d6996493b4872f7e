package org.weft.tools.command;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weft.node.gateway.SwarmView;
import org.weft.node.generation.ChatFormat;
import org.weft.node.generation.ChatMessage;
import org.weft.node.generation.ChatPrompt;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.GenerationResult;
import org.weft.node.generation.LanguageModel;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.tools.local.Backend;
import org.weft.tools.local.GatewayNode;
import org.weft.tools.local.HostPort;
import org.weft.tools.local.Installation;
import org.weft.tools.local.OpenModel;
import org.weft.tools.local.Progress;
import org.weft.tools.local.Shutdown;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft demo}: a whole swarm on this machine, and an answer through it. */
@Command(
    name = "demo",
    description =
        "Starts block servers and a gateway on this machine, answers a prompt through them, and goes on serving.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft demo                                        three block servers, the small model that ships",
      "  weft demo --model FILE \"Why is the sky blue?\"    the same with a model of yours",
      "  weft demo --once --hops 2 --port 8080            two servers; end after the answer"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int ANSWER_TOKENS = 256;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "What to ask (default: a question that suits the model that ships).")
  private @Nullable String prompt;

  @Mixin private ModelOption model = new ModelOption();
  @Mixin private ComputeOptions compute = new ComputeOptions();

  @Option(
      names = "--hops",
      paramLabel = "N",
      description =
          "Block-server processes; 0 runs every block in this one (default: ${DEFAULT-VALUE}).",
      defaultValue = "3")
  private int hops;

  @Option(
      names = "--port",
      paramLabel = "P",
      description = "The gateway's port (default: any that is free).",
      defaultValue = "0")
  private int port;

  @Option(names = "--once", description = "End after the answer.")
  private boolean once;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (hops < 0) {
      throw new UsageException("--hops: " + hops + " is below zero");
    }
    HostPort listen = new HostPort("127.0.0.1", port);
    int threads = compute.threads();
    PrintWriter out = spec.commandLine().getOut();
    Shutdown shutdown = Shutdown.onSignal();
    Progress progress = Progress.onStandardError();
    progress.say(
        "weft demo: a private swarm on this machine"
            + (hops == 0 ? ", all in one process" : ", " + hops + " block servers and a gateway"));
    shutdown.during(() -> {
      listen.requireFree();
      run(out, listen, threads, shutdown, progress);
    });
    return 0;
  }

  private void run(
      PrintWriter out, HostPort listen, int threads, Shutdown shutdown, Progress progress) {
    try (OpenModel open = OpenModel.open(model.file());
        Backend backend = Backend.open(open, hops, threads, compute.kvType(), progress);
        GatewayNode gateway =
            GatewayNode.start(
                open,
                backend,
                new GatewayNode.Settings(
                    listen, Optional.empty(), Optional.empty(), List.of(), threads),
                progress)) {
      progress.clear();
      describe(out, open, backend);
      out.println("ready " + gateway.url());
      out.flush();
      answer(out, gateway.engine().model(), gateway, shutdown);
      if (once) {
        return;
      }
      howToGoOn(out, gateway);
      backend.onLoss(sentence -> {
        if (!shutdown.asked()) {
          spec.commandLine().getErr().println("weft: " + sentence);
        }
      });
      shutdown.await();
    }
  }

  private static void describe(PrintWriter out, OpenModel open, Backend backend) {
    out.println("model  " + open.config().name() + ", " + open.config().blocks() + " blocks");
    List<SwarmView.Node> nodes = backend.view().nodes();
    if (nodes.isEmpty()) {
      out.println("chain  every block in this process");
      return;
    }
    out.println("chain  gateway (embedding, output head)");
    nodes.stream()
        .sorted(Comparator.comparing(node -> node.span().start()))
        .forEach(node ->
            out.printf(
                "         -> blocks %-7s %s at %s%n",
                node.span(), shortened(node.id()), node.addresses().getFirst()));
    out.println("         -> gateway");
  }

  private static String shortened(String nodeId) {
    return nodeId.length() <= 16
        ? nodeId
        : nodeId.substring(0, 8) + "…" + nodeId.substring(nodeId.length() - 6);
  }

  private void answer(
      PrintWriter out, LanguageModel language, GatewayNode gateway, Shutdown shutdown) {
    String text = prompt != null ? prompt : Installation.DEFAULT_PROMPT;
    Cancellation cancellation = new Cancellation();
    Thread watch =
        Thread.ofVirtual()
            .start(() -> {
              shutdown.await();
              cancellation.cancel();
            });
    out.println();
    out.println("> " + text);
    boolean chat =
        switch (language.chatFormat()) {
          case ChatFormat.Template format -> true;
          case ChatFormat.None none -> false;
          case ChatFormat.Unreadable unreadable -> {
            spec.commandLine()
                .getErr()
                .println("weft: " + unreadable.sentence() + " The prompt goes in as plain text.");
            yield false;
          }
        };
    int[] ids =
        chat
            ? ChatPrompt.ids(language, List.of(ChatMessage.of("user", text)))
            : language.tokenizer().encodePrompt(text, false);
    GenerationResult result =
        gateway
            .engine()
            .loop()
            .generate(
                GenerationRequest.of(
                    ids, OptionalInt.of(ANSWER_TOKENS), SamplingParameters.greedy(), !chat),
                cancellation,
                (piece, tokens) -> {
                  out.print(piece);
                  out.flush();
                });
    watch.interrupt();
    out.println();
    out.println();
    out.printf(
        Locale.ROOT,
        "first token after %.0f ms, then %.1f tokens/s (%d tokens)%n",
        result.firstTokenNanos() / 1e6,
        result.tokensPerSecond(),
        result.completionTokens());
    out.flush();
  }

  private static void howToGoOn(PrintWriter out, GatewayNode gateway) {
    out.println();
    out.println("Go on, while this runs (Ctrl-C ends it):");
    out.printf(
        "  curl %s/chat/completions -H 'content-type: application/json' -d '{\"model\": \"%s\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'%n",
        gateway.url(), gateway.modelName());
    out.printf(
        "  python: OpenAI(base_url=\"%s\", api_key=\"none\").chat.completions.create(model=\"%s\", messages=[...])%n",
        gateway.url(), gateway.modelName());
    out.printf("  ./weft chat --gateway %s%n", gateway.url());
    out.printf("  ./weft status --gateway %s%n", gateway.url().replaceAll("/v1$", ""));
    out.flush();
  }
}
