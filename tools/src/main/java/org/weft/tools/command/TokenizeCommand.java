package org.weft.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.tokenizer.Tokenizer;
import org.weft.tools.user.Json;
import org.weft.tools.user.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft tokenize}: text to token ids and back, line by line. */
@Command(
    name = "tokenize",
    description = {
      "Turns texts into token ids, or ids into texts.",
      "Reads JSON lines on standard input: {\"text\": \"...\", \"add_special\": false, \"parse_special\": false}, or with --decode arrays of ids."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  echo '{\"text\": \"Hello\"}' | weft tokenize --model FILE",
      "  echo '[19556, 905]' | weft tokenize --model FILE --decode"
    })
public final class TokenizeCommand implements Callable<Integer> {
  @Mixin private ModelOption model = new ModelOption();

  @Option(names = "--decode", description = "Turn arrays of ids into texts.")
  private boolean decode;

  @Option(names = "--json", description = "Lines are JSON either way; accepted for symmetry.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (GgufFile file = GgufFile.open(model.file())) {
      Tokenizer tokenizer = Tokenizer.of(file);
      InputLines.forEach(
          System.in,
          (line, number) -> {
            JsonNode read = Json.parse(line, "line " + number);
            out.println(
                Json.line(
                    decode
                        ? decode(tokenizer, Ids.read(read, number), number)
                        : encode(tokenizer, read, number)));
          });
    }
    return 0;
  }

  private static String decode(Tokenizer tokenizer, int[] ids, int number) {
    try {
      return tokenizer.decode(ids);
    } catch (ShardException unknown) {
      throw new UserException("line " + number + ": " + unknown.getMessage(), unknown);
    }
  }

  private static int[] encode(Tokenizer tokenizer, JsonNode line, int number) {
    JsonNode text = line.path("text");
    if (!text.isTextual()) {
      throw new UserException(
          "line " + number + " is not an object with a \"text\" that is a string");
    }
    return tokenizer.encode(
        Texts.read(text, number),
        flag(line, "add_special", number),
        flag(line, "parse_special", number));
  }

  private static boolean flag(JsonNode line, String name, int number) {
    JsonNode value = line.path(name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw new UserException("line " + number + ": \"" + name + "\" is not true or false");
    }
    return value.booleanValue();
  }
}
