package org.weft.tools.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weft.node.generation.ChatFormat;
import org.weft.node.generation.ChatMessage;
import org.weft.node.generation.ChatPrompt;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.GenerationResult;
import org.weft.node.generation.LanguageModel;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.tools.local.Backend;
import org.weft.tools.local.Engine;
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
      "  weft demo --once --hops 2 --port 8080            two servers; end after the answer",
      "  weft demo --once --json                          one JSON object when it is ready, one for the answer"
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

  @Option(
      names = "--json",
      description =
          "Print events as JSON lines: ready (url, model, blocks, chain), then answer (text and figures).")
  private boolean json;

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
    DemoReport report = json ? new DemoJson(out) : new DemoText(out);
    Progress progress = json ? Progress.none() : Progress.onStandardError();
    progress.say(
        "weft demo: a private swarm on this machine"
            + (hops == 0 ? ", all in one process" : ", " + hops + " block servers and a gateway"));
    shutdown.during(() -> {
      listen.requireFree();
      run(report, listen, threads, shutdown, progress);
    });
    return 0;
  }

  private void run(
      DemoReport report, HostPort listen, int threads, Shutdown shutdown, Progress progress) {
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
      report.ready(gateway.url(), gateway.modelName(), backend.view());
      answer(report, gateway.engine(), shutdown);
      if (once) {
        return;
      }
      report.goesOn(gateway.url(), gateway.modelName());
      backend.onLoss(sentence -> {
        if (!shutdown.asked()) {
          spec.commandLine().getErr().println("weft: " + sentence);
        }
      });
      shutdown.await();
    }
  }

  private void answer(DemoReport report, Engine engine, Shutdown shutdown) {
    String text = prompt != null ? prompt : Installation.DEFAULT_PROMPT;
    Cancellation cancellation = new Cancellation();
    Thread watch =
        Thread.ofVirtual()
            .start(() -> {
              shutdown.await();
              cancellation.cancel();
            });
    report.asked(text);
    LanguageModel language = engine.model();
    boolean chat = chats(language);
    int[] ids =
        chat
            ? ChatPrompt.ids(language, List.of(ChatMessage.of("user", text)))
            : language.tokenizer().encodePrompt(text);
    GenerationResult result =
        engine
            .loop()
            .generate(
                GenerationRequest.of(
                    ids, OptionalInt.of(ANSWER_TOKENS), SamplingParameters.greedy(), !chat),
                cancellation,
                (piece, tokens) -> report.piece(piece));
    watch.interrupt();
    report.answered(result);
  }

  /** Says so where the model's template is of no use. */
  private boolean chats(LanguageModel language) {
    return switch (language.chatFormat()) {
      case ChatFormat.Template format -> true;
      case ChatFormat.None none -> false;
      case ChatFormat.Unreadable unreadable -> {
        spec.commandLine()
            .getErr()
            .println("weft: " + unreadable.sentence() + " The prompt goes in as plain text.");
        yield false;
      }
    };
  }
}
