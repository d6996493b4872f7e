package org.weft.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.template.ChatTemplate;
import org.weft.shard.tokenizer.BoundaryTokens;
import org.weft.tools.user.Json;
import org.weft.tools.user.UserException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft template}: a chat template rendered over a context. */
@Command(
    name = "template",
    description = {
      "Renders a chat template and prints the prompt exactly.",
      "Reads the template's context as one JSON object on standard input: messages, tools, add_generation_prompt and whatever else the template asks for."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  echo '{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], \"add_generation_prompt\": true}' | weft template --model FILE",
      "  weft template --template chat_template.jinja < context.json"
    })
public final class TemplateCommand implements Callable<Integer> {
  @ArgGroup(multiplicity = "1")
  private Source source = new Source();

  @Spec private CommandSpec spec;

  /** One of the two. */
  static final class Source {
    @Option(
        names = "--model",
        paramLabel = "FILE",
        description = "Take the template of this model file.")
    private @Nullable Path model;

    @Option(
        names = "--template",
        paramLabel = "FILE",
        description = "Take this file as the template.")
    private @Nullable Path template;
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Path template = source.template;
    String rendered =
        template != null
            ? ChatTemplate.parse(read(template), Clock.systemDefaultZone()).render(context())
            : renderByModel();
    out.print(rendered);
    out.flush();
    return 0;
  }

  private String renderByModel() {
    Path path = java.util.Objects.requireNonNull(source.model);
    try (GgufFile file = GgufFile.open(path)) {
      String text =
          file.metadata()
              .string("tokenizer.chat_template")
              .orElseThrow(() -> new UserException(path + " has no chat template"));
      // No more than this of the tokenizer, which need not be one that Weft supports.
      BoundaryTokens tokens = BoundaryTokens.of(file.metadata());
      Map<String, Object> context = context();
      tokens.bos().ifPresent(bos -> context.putIfAbsent("bos_token", bos));
      tokens.eos().ifPresent(eos -> context.putIfAbsent("eos_token", eos));
      return ChatTemplate.parse(text, Clock.systemDefaultZone()).render(context);
    }
  }

  private static Map<String, Object> context() {
    JsonNode read = Json.parse(InputLines.all(System.in), "standard input");
    if (!read.isObject()) {
      throw new UserException(
          "standard input is not a JSON object: give the template's context, such as {\"messages\": [...]}");
    }
    return new LinkedHashMap<>(JsonValues.object(read));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException wrong) {
      throw new UserException(file + " is not UTF-8 text", wrong);
    } catch (IOException failed) {
      throw new UserException("cannot read the template " + file, failed);
    }
  }
}
