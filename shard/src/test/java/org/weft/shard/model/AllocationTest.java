package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.weft.shard.kernel.Kernels;

/** The whole model's hot path, from token to logits, must not feed the garbage collector. */
class AllocationTest {
  private static final int TOKENS = 50;
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Below one array or slice per token; coverage probes keep one small object from vanishing. */
  private static final long LIMIT = TOKENS * 48L;

  /** Bytes a token. Boxes of one kernel alone come to tens of thousands. */
  private static final long FRESH_LIMIT = 1024;

  @Test
  void shouldAllocateNothingPerTokenWhenWarm() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Pipeline pipeline = new Pipeline(TestFiles.demo(), Kernels.chosen(), 2, KvType.F16);
        KvCache cache = pipeline.pools.getFirst().reserve(300).orElseThrow();
        Arena arena = Arena.ofShared()) {
      Batch batch = new Batch(1, pipeline.config.width());
      MemorySegment logits = arena.allocate(JAVA_FLOAT, pipeline.config.vocabulary());
      int[] token = {5};
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 400 && least >= LIMIT; round++) {
        long before = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < TOKENS; i++) {
          decode(pipeline, batch, cache, 100 + i, token, logits);
        }
        least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
      }
      assertTrue(least < LIMIT, least / TOKENS + " bytes per token");
    }
  }

  /**
   * Kernels are compiled within a second of a start, from what few profiles there are by then. One
   * that boxes its vectors shows here, and in no JVM that has run other tests before.
   */
  @Test
  void shouldBoxNoVectorWhenTheJvmHasJustStarted() throws IOException, InterruptedException {
    String output =
        ChildJvm.output(List.of(), AllocationTest.class, TestFiles.demo().toString()).strip();
    long bytes = Long.parseLong(output.substring(output.lastIndexOf('\n') + 1));
    assertTrue(bytes < FRESH_LIMIT, bytes + " bytes per token");
  }

  /** Loads and warms the model as a node does; prints the bytes a token. Arguments: model file. */
  public static void main(String[] args) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Pipeline pipeline = new Pipeline(Path.of(args[0]), Kernels.chosen(), 2, KvType.F16);
        KvCache cache = pipeline.pools.getFirst().reserve(300).orElseThrow();
        Arena arena = Arena.ofShared()) {
      pipeline.spans.getFirst().warmUp(System.nanoTime() + WARM_UP_NANOS);
      pipeline.ends.head().warmUp(System.nanoTime() + WARM_UP_NANOS);
      Batch batch = new Batch(1, pipeline.config.width());
      MemorySegment logits = arena.allocate(JAVA_FLOAT, pipeline.config.vocabulary());
      int[] token = {5};
      long before = threads.getTotalThreadAllocatedBytes();
      for (int i = 0; i < TOKENS; i++) {
        decode(pipeline, batch, cache, i, token, logits);
      }
      System.out.println((threads.getTotalThreadAllocatedBytes() - before) / TOKENS);
    }
  }

  private static void decode(
      Pipeline pipeline,
      Batch batch,
      KvCache cache,
      int position,
      int[] token,
      MemorySegment logits) {
    BlockSpan span = pipeline.spans.getFirst();
    batch.clear();
    batch.add(cache, Math.min(cache.length(), position), 1);
    pipeline.ends.embedding().rows(token, 0, 1, batch.hidden());
    span.forward(batch, span.span());
    pipeline.ends.head().logits(batch.hidden(), 1, logits);
  }
}
