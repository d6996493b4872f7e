package org.weft.tools.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weft.tools.chat.Answerer;
import org.weft.tools.chat.Conversation;
import org.weft.tools.chat.EngineAnswerer;
import org.weft.tools.chat.GatewayAnswerer;
import org.weft.tools.chat.GatewayClient;
import org.weft.tools.chat.Terminal;
import org.weft.tools.local.Backend;
import org.weft.tools.local.Engine;
import org.weft.tools.local.Installation;
import org.weft.tools.local.OpenModel;
import org.weft.tools.local.Progress;
import org.weft.tools.local.WeftHome;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weft chat}: a conversation in the terminal. */
@Command(
    name = "chat",
    description =
        "A conversation in the terminal, with a model in this process or with a gateway. /help shows its commands.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft chat                                    with the small model that ships",
      "  weft chat --model FILE --temperature 0.7     with a model of yours, in this process",
      "  weft chat --gateway http://127.0.0.1:8080    with whatever a gateway serves"
    })
public final class ChatCommand implements Callable<Integer> {
  @ArgGroup(multiplicity = "0..1")
  private Source source = new Source();

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "The gateway's API key (default: $$WEFT_API_KEY).",
      defaultValue = "${WEFT_API_KEY}")
  private @Nullable String apiKey;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "The system message.",
      defaultValue = "")
  private String system = "";

  @Mixin private ComputeOptions compute = new ComputeOptions();
  @Mixin private SamplingOptions sampling = new SamplingOptions();

  /** One of the two, or the model that ships. */
  static final class Source {
    @Option(names = "--gateway", paramLabel = "URL", description = "Talk to this gateway.")
    private @Nullable String gateway;

    @Option(
        names = "--model",
        paramLabel = "FILE",
        description =
            "Run this model in this process (default: the small model that ships with Weft).")
    private @Nullable Path model;
  }

  @Override
  public Integer call() {
    var limit = sampling.maxTokens();
    var parameters = sampling.parameters();
    if (source.gateway != null) {
      return converse(
          new GatewayAnswerer(new GatewayClient(source.gateway, apiKey), limit, parameters));
    }
    Path file = source.model != null ? source.model : Installation.embeddedModel();
    int threads = compute.threads();
    Progress progress = Progress.onStandardError();
    try (OpenModel open = OpenModel.open(file);
        Backend backend = Backend.inProcess(open, threads, compute.kvType(), progress);
        Engine engine = Engine.load(open, backend, threads, progress)) {
      progress.clear();
      return converse(new EngineAnswerer(engine, limit, parameters));
    }
  }

  private int converse(Answerer answerer) {
    String greeting =
        "Talking to "
            + answerer.model()
            + ". /help shows the commands; Ctrl-C stops an answer; Ctrl-D leaves.";
    boolean whole =
        Terminal.converse(
            WeftHome.ofEnvironment(),
            greeting,
            (out, err) -> new Conversation(answerer, out, err, system));
    return whole ? 0 : 1;
  }
}
