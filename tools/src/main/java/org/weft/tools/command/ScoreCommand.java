package org.weft.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.weft.node.NodeException;
import org.weft.node.session.Cancellation;
import org.weft.shard.tokenizer.Tokenizer;
import org.weft.tools.local.Backend;
import org.weft.tools.local.Engine;
import org.weft.tools.local.LogitsScore;
import org.weft.tools.local.OpenModel;
import org.weft.tools.local.Progress;
import org.weft.tools.user.Json;
import org.weft.tools.user.UsageException;
import org.weft.tools.user.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft score}: likelihood, argmax and digest of the logits after every position. */
@Command(
    name = "score",
    description = {
      "Scores texts or token ids, line by line.",
      "Reads JSON lines on standard input, {\"ids\": [...]} or {\"text\": \"...\"}, and prints one a line: tokens, nll (mean negative log-likelihood in nats of the tokens after the first), argmax after every position, and digest (SHA-256 of all logits)."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  echo '{\"text\": \"The sea was calm.\"}' | weft score --model FILE",
      "  echo '{\"ids\": [1, 2, 3]}' | weft score --model FILE --hops 3    the same digest, over three processes"
    })
public final class ScoreCommand implements Callable<Integer> {
  private static final int DEFAULT_CHUNK = 64;

  @Mixin private ModelOption model = new ModelOption();
  @Mixin private ComputeOptions compute = new ComputeOptions();

  @Option(
      names = "--hops",
      paramLabel = "N",
      description = "Run the blocks in N block-server processes over TLS; 0 (default) in this one.",
      defaultValue = "0")
  private int hops;

  @Option(
      names = "--chunk",
      paramLabel = "C",
      description = "Positions that go through the blocks at a time (default: 64).")
  private int chunk = DEFAULT_CHUNK;

  @Option(names = "--json", description = "Lines are JSON either way; accepted for symmetry.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (hops < 0 || chunk < 1) {
      throw new UsageException(
          hops < 0
              ? "--hops: " + hops + " is below zero"
              : "--chunk: " + chunk + " is not above zero");
    }
    int threads = compute.threads();
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = Progress.onTerminalOnly();
    try (OpenModel open = OpenModel.open(model.file());
        Backend backend = Backend.open(open, hops, threads, compute.kvType(), progress);
        Engine engine = Engine.load(open, backend, threads, progress)) {
      progress.clear();
      InputLines.forEach(
          System.in,
          (line, number) ->
              out.println(
                  Json.line(score(engine, ids(engine.model().tokenizer(), line, number), number))));
    }
    return 0;
  }

  private Map<String, Object> score(Engine engine, int[] ids, int number) {
    try {
      engine.loop().requireFits(ids, 0);
    } catch (NodeException unfit) {
      throw new UserException("line " + number + ": " + unfit.getMessage(), unfit);
    }
    LogitsScore score = new LogitsScore(ids, engine.model().vocabulary());
    engine.loop().logits(ids, chunk, new Cancellation(), (position, logits) -> score.add(logits));
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("tokens", score.tokens());
    said.put("nll", Double.isNaN(score.nll()) ? null : score.nll());
    said.put("argmax", score.argmax());
    said.put("digest", score.digest());
    return said;
  }

  private static int[] ids(Tokenizer tokenizer, String line, int number) {
    JsonNode read = Json.parse(line, "line " + number);
    if (read.has("ids") == read.has("text")) {
      throw new UserException(
          "line " + number + " needs \"ids\" or \"text\", and one of them only");
    }
    if (read.has("ids")) {
      return Ids.read(read.get("ids"), number);
    }
    if (!read.get("text").isTextual()) {
      throw new UserException("line " + number + ": \"text\" is not a string");
    }
    return tokenizer.encode(Texts.read(read.get("text"), number), false, false);
  }
}
