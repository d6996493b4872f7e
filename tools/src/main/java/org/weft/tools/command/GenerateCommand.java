package org.weft.tools.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.weft.node.generation.ChatMessage;
import org.weft.node.generation.ChatPrompt;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.GenerationResult;
import org.weft.node.session.Cancellation;
import org.weft.tools.local.Backend;
import org.weft.tools.local.Engine;
import org.weft.tools.local.OpenModel;
import org.weft.tools.local.Progress;
import org.weft.tools.user.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft generate}: one answer in one process, and nothing else on standard output. */
@Command(
    name = "generate",
    description =
        "Answers one prompt in this process, without a network. The answer alone goes to standard output.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft generate \"What is Weft?\"",
      "  weft generate --model FILE --max-tokens 100 --temperature 0.8 --seed 7 \"Tell me of the sea.\"",
      "  weft generate --model FILE --raw \"Once upon a time\"     go on with a text, without the chat template"
    })
public final class GenerateCommand implements Callable<Integer> {
  @Mixin private ModelOption model = new ModelOption();
  @Mixin private ComputeOptions compute = new ComputeOptions();
  @Mixin private SamplingOptions sampling = new SamplingOptions();

  @Parameters(paramLabel = "PROMPT", description = "What to answer.")
  private String prompt = "";

  @Option(
      names = "--raw",
      description =
          "Go on with the prompt as it stands, without the chat template; special tokens written in it are taken as such.")
  private boolean raw;

  @Option(names = "--json", description = "Print the answer and its figures as JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var limit = sampling.maxTokens();
    var parameters = sampling.parameters();
    int threads = compute.threads();
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = Progress.onTerminalOnly();
    try (OpenModel open = OpenModel.open(model.file());
        Backend backend = Backend.inProcess(open, threads, compute.kvType(), progress);
        Engine engine = Engine.load(open, backend, threads, progress)) {
      progress.clear();
      int[] ids =
          raw
              ? engine.model().tokenizer().encodePrompt(prompt)
              : ChatPrompt.ids(engine.model(), List.of(ChatMessage.of("user", prompt)));
      StringBuilder answer = new StringBuilder();
      GenerationResult result =
          engine
              .loop()
              .generate(
                  GenerationRequest.of(ids, limit, parameters, raw),
                  new Cancellation(),
                  (text, tokens) -> {
                    answer.append(text);
                    if (!json) {
                      out.print(text);
                      out.flush();
                    }
                  });
      finish(out, answer.toString(), result);
    }
    return 0;
  }

  private void finish(PrintWriter out, String answer, GenerationResult result) {
    if (json) {
      out.println(
          Json.pretty(
              new Answer(
                  answer,
                  result.finish().name().toLowerCase(Locale.ROOT),
                  result.promptTokens(),
                  result.completionTokens(),
                  result.firstTokenNanos() / 1e9,
                  result.tokensPerSecond())));
      return;
    }
    out.println();
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "%d tokens of prompt, %d of answer, first token after %.2f s, %.1f tokens/s%n",
            result.promptTokens(),
            result.completionTokens(),
            result.firstTokenNanos() / 1e9,
            result.tokensPerSecond());
  }

  /** What {@code --json} prints. */
  record Answer(
      String text,
      String finish_reason,
      int prompt_tokens,
      int completion_tokens,
      double first_token_seconds,
      double tokens_per_second) {}
}
