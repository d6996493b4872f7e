package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.weft.shard.kernel.Kernels;

/**
 * Prints how fast one process decodes and prefills, and what it holds in memory: {@code SpeedReport
 * MODEL THREADS}. A measurement, not a test.
 */
final class SpeedReport {
  private static final int PREFILL = 128;
  private static final int DECODE = 64;

  public static void main(String[] args) throws IOException {
    Path path = Path.of(args[0]);
    int threads = Integer.parseInt(args[1]);
    System.out.printf("%-24s %s%n", "resident at start", residentMegabytes());
    long start = System.nanoTime();
    try (Pipeline pipeline = new Pipeline(path, Kernels.chosen(), threads, KvType.F16)) {
      System.out.printf("%-24s %.2f s%n", "loaded in", seconds(start));
      long packed = pipeline.spans.getFirst().packedBytes() + pipeline.ends.packedBytes();
      System.out.printf(
          "%-24s %.1f MB of %.1f MB%n", "packed", packed / 1e6, Files.size(path) / 1e6);
      System.out.printf("%-24s %s%n", "resident when loaded", residentMegabytes());
      long warm = System.nanoTime();
      if (!Boolean.getBoolean("cold")) {
        pipeline.spans.getFirst().warmUp(System.nanoTime() + 20_000_000_000L);
        pipeline.ends.head().warmUp(System.nanoTime() + 5_000_000_000L);
      }
      System.out.printf("%-24s %.2f s%n", "warm in", seconds(warm));
      for (int round = 0; round < 6; round++) {
        round(pipeline);
      }
      System.out.printf("%-24s %s%n", "resident at end", residentMegabytes());
    }
  }

  private static void round(Pipeline pipeline) {
    int[] prompt = new int[PREFILL];
    for (int i = 0; i < PREFILL; i++) {
      prompt[i] = 5 + 37 * i % 4000;
    }
    List<KvCache> session = pipeline.open(PREFILL + DECODE);
    long start = System.nanoTime();
    pipeline.step(session, 0, prompt);
    double prefill = seconds(start);
    MemorySegment logits = Arena.ofAuto().allocate(JAVA_FLOAT, pipeline.config.vocabulary());
    start = System.nanoTime();
    double head = 0;
    for (int i = 0; i < DECODE; i++) {
      MemorySegment hidden = pipeline.step(session, PREFILL + i, new int[] {prompt[i]});
      long before = System.nanoTime();
      pipeline.ends.head().logits(hidden, 1, logits);
      head += seconds(before);
    }
    double decode = seconds(start);
    session.forEach(KvCache::close);
    System.out.printf(
        "prefill %.1f tokens/s, decode %.1f tokens/s (%.2f ms blocks, %.2f ms head)%n",
        PREFILL / prefill, DECODE / decode, 1e3 * (decode - head) / DECODE, 1e3 * head / DECODE);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static String residentMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1000 + " MB";
      }
    }
    return "unknown";
  }

  private SpeedReport() {}
}
