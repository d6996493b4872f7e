package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.weft.shard.kernel.Kernels;

/** The whole model's hot path, from token to logits, must not feed the garbage collector. */
class AllocationTest {
  private static final int TOKENS = 50;

  /** Below one array or slice per token; coverage probes keep one small object from vanishing. */
  private static final long LIMIT = TOKENS * 48L;

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
