package org.weft.tools.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.weft.tools.bench.Figures;
import org.weft.tools.bench.GenerationBench;
import org.weft.tools.local.Backend;
import org.weft.tools.local.Engine;
import org.weft.tools.local.LocalSwarm;
import org.weft.tools.local.OpenModel;
import org.weft.tools.local.Progress;
import org.weft.tools.user.Json;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code weft bench}: tokens per second of prompts and answers, in one process and over a loopback
 * chain.
 */
@Command(
    name = "bench",
    description =
        "Measures prompt and generation tokens per second, with 1 and N threads, in one process and over a loopback chain.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft bench --model FILE",
      "  weft bench --model FILE --hops 3        beside the same over three block-server processes",
      "  weft bench --model FILE --json --runs 5"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int ALONE_SECONDS = 5;

  @Mixin private ModelOption model = new ModelOption();
  @Mixin private ComputeOptions compute = new ComputeOptions();

  @Option(
      names = "--hops",
      paramLabel = "N",
      description =
          "Measure a chain of N block-server processes, too (default: ${DEFAULT-VALUE}, none).",
      defaultValue = "0")
  private int hops;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      description = "Tokens of the prompt (default: ${DEFAULT-VALUE}).",
      defaultValue = "128")
  private int promptTokens;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Tokens to generate (default: ${DEFAULT-VALUE}).",
      defaultValue = "64")
  private int tokens;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Runs of each, of which the median counts (default: ${DEFAULT-VALUE}).",
      defaultValue = "5")
  private int runs;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description =
          "Answer over the chain for so long, and three seconds at least, before anything counts, until the compilers of all processes are done (default: ${DEFAULT-VALUE}).",
      defaultValue = "30")
  private int warmUpSeconds;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  /**
   * One row of the table. {@code ratio}: generation's median over that of one process with as many
   * threads.
   */
  record Row(int threads, int hops, Figures prompt, Figures generation, double ratio) {}

  @Override
  public Integer call() {
    requireAtLeast(0, "--hops", hops);
    requireAtLeast(1, "--prompt-tokens", promptTokens);
    requireAtLeast(0, "--warm-up", warmUpSeconds);
    // The first token belongs to the prompt's time, so a rate of the answer needs a second one.
    requireAtLeast(2, "--tokens", tokens);
    requireAtLeast(1, "--runs", runs);
    Set<Integer> threadCounts = new TreeSet<>(List.of(1, compute.threads()));
    List<Row> rows = new ArrayList<>();
    Progress progress = json ? Progress.onTerminalOnly() : Progress.onStandardError();
    try (OpenModel open = OpenModel.open(model.file())) {
      if (hops > 0) {
        var unused = LocalSwarm.split(open.config().blocks(), hops);
      }
      for (int threads : threadCounts) {
        progress.say("measuring with " + counted(threads, "thread"));
        rows.addAll(measure(open, threads, progress));
      }
      print(open, rows);
    }
    return 0;
  }

  private static void requireAtLeast(int least, String option, int value) {
    if (value < least) {
      throw new UsageException(option + ": " + value + " is below " + least);
    }
  }

  /** Runs of both kinds take turns, so that whatever else the machine does falls on both. */
  private List<Row> measure(OpenModel open, int threads, Progress progress) {
    try (Backend here = Backend.inProcess(open, threads, compute.kvType(), progress);
        Engine engine = Engine.load(open, here, threads, progress)) {
      GenerationBench alone = new GenerationBench(engine, promptTokens, tokens);
      if (hops == 0) {
        interleave(List.of(alone));
        return List.of(row(threads, 0, alone, alone));
      }
      try (Backend chain = Backend.open(open, hops, threads, compute.kvType(), progress);
          Engine remote = Engine.load(open, chain, threads, progress)) {
        GenerationBench over = new GenerationBench(remote, promptTokens, tokens);
        interleave(List.of(alone, over));
        return List.of(row(threads, 0, alone, alone), row(threads, hops, over, alone));
      }
    }
  }

  private void interleave(List<GenerationBench> benches) {
    // One process has little to compile but its kernels.
    int alone = Math.min(warmUpSeconds, ALONE_SECONDS);
    benches.getFirst().warmUp(Duration.ofSeconds(alone));
    benches.stream().skip(1).forEach(bench -> bench.warmUp(Duration.ofSeconds(warmUpSeconds)));
    for (int run = 0; run < runs; run++) {
      benches.forEach(GenerationBench::run);
    }
  }

  private static Row row(int threads, int hops, GenerationBench bench, GenerationBench alone) {
    double ratio = bench.generation().median() / alone.generation().median();
    return new Row(threads, hops, bench.prompt(), bench.generation(), ratio);
  }

  private void print(OpenModel open, List<Row> rows) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("model", open.config().name());
      said.put("prompt_tokens", promptTokens);
      said.put("tokens", tokens);
      said.put("runs", runs);
      said.put("results", rows);
      out.println(Json.pretty(said));
      return;
    }
    out.printf(
        "%s: prompt of %d tokens, answer of %d, median of %d runs (min to max)%n%n",
        open.config().name(), promptTokens, tokens, runs);
    out.printf("%7s %5s %28s %28s%n", "threads", "hops", "prompt tokens/s", "generation tokens/s");
    for (Row row : rows) {
      out.printf(
          "%7d %5d %28s %28s%n",
          row.threads(), row.hops(), figures(row.prompt()), figures(row.generation()));
    }
    for (Row row : rows) {
      if (row.hops() > 0) {
        out.printf(
            Locale.ROOT,
            "%n%s with %s a process: generates at %.2f of the rate of one process%n",
            counted(row.hops(), "hop"),
            counted(row.threads(), "thread"),
            row.ratio());
      }
    }
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String figures(Figures figures) {
    return String.format(
        Locale.ROOT, "%.1f (%.1f to %.1f)", figures.median(), figures.min(), figures.max());
  }
}
