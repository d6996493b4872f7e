package org.weft.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.ModelDescription;
import org.weft.tools.local.OpenModel;
import org.weft.tools.local.Progress;
import org.weft.tools.local.WeftHome;
import org.weft.tools.user.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft inspect}: what is in a model file. */
@Command(
    name = "inspect",
    description = "Shows what is in a model file.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft inspect FILE",
      "  weft inspect FILE --tensors --metadata",
      "  weft inspect FILE --json --id        for programs, with the model's id by content"
    })
public final class InspectCommand implements Callable<Integer> {
  private static final double MEGA = 1e6;

  @Parameters(paramLabel = "FILE", description = "A GGUF file, or any part of a split one.")
  private Path path = Path.of("");

  @Option(
      names = "--id",
      description = "Hash the file, and show the id by which swarms know the model.")
  private boolean withId;

  @Option(names = "--tensors", description = "List every tensor.")
  private boolean tensors;

  @Option(names = "--metadata", description = "List every key of the metadata.")
  private boolean metadata;

  @Option(names = "--json", description = "Print JSON, with all of it.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ModelDescription described;
    try (GgufFile file = GgufFile.open(path)) {
      described = ModelDescription.of(file);
    }
    String id = withId ? id() : null;
    if (json) {
      JsonNode tree = Json.tree(described);
      if (id != null && tree instanceof ObjectNode object) {
        object.put("id", id);
      }
      out.println(Json.pretty(tree));
    } else {
      print(out, described, id);
    }
    return 0;
  }

  private String id() {
    try (OpenModel open = OpenModel.open(path)) {
      return open.manifest(WeftHome.ofEnvironment(), Progress.onTerminalOnly()).id().toString();
    }
  }

  private void print(PrintWriter out, ModelDescription model, @Nullable String id) {
    line(out, "name", model.name());
    line(out, "id", id);
    line(out, "licence", model.license());
    line(out, "architecture", model.architecture());
    line(
        out,
        "size",
        String.format(
            Locale.ROOT,
            "%.1f MB in %s, %.1f million parameters",
            model.bytes() / MEGA,
            files(model),
            model.parameters() / MEGA));
    line(out, "format", "GGUF version " + model.version());
    line(out, "blocks", model.blocks());
    line(out, "width", model.width());
    line(
        out,
        "heads",
        model.heads() == null
            ? null
            : model.heads() + (model.kvHeads() == null ? "" : " over " + model.kvHeads()));
    line(out, "feed-forward", model.feedForward());
    line(out, "context", model.context());
    line(out, "vocabulary", model.vocabulary());
    line(
        out,
        "tokenizer",
        model.tokenizer() == null
            ? null
            : model.tokenizer()
                + (model.preTokenizer() == null ? "" : ", pre-tokenizer " + model.preTokenizer()));
    line(out, "chat template", model.chatTemplate() ? "yes" : "no");
    for (ModelDescription.TypeTotal type : model.tensorTypes()) {
      line(
          out,
          "tensors",
          String.format(
              Locale.ROOT,
              "%4d of type %-7s %10.1f MB%s",
              type.tensors(),
              type.type(),
              type.bytes() / MEGA,
              type.computed() ? "" : ", which Weft does not read yet"));
    }
    if (metadata) {
      out.println();
      model
          .metadata()
          .forEach(
              value -> out.printf("%-44s %-18s %s%n", value.key(), value.type(), value.value()));
    }
    if (tensors) {
      out.println();
      model
          .tensors()
          .forEach(tensor ->
              out.printf("%-32s %-7s %s%n", tensor.name(), tensor.type(), tensor.shape()));
    }
  }

  private static String files(ModelDescription model) {
    return model.files().size() == 1 ? "one file" : model.files().size() + " files";
  }

  private static void line(PrintWriter out, String name, @Nullable Object value) {
    if (value != null) {
      out.printf("%-14s %s%n", name, value);
    }
  }
}
