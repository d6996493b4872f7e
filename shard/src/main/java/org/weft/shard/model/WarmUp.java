package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.kernel.ComputePool;

/**
 * Runs made-up rows through the code that real ones will take, until it has been compiled: vector
 * code is some 50 times slower before that, and the first prompt must not pay for it.
 *
 * <p>Steps of the sizes that matter are taken round after round, small ones first. While a step is
 * so slow that it must be cold, larger ones wait for a later round. When no round has been the best
 * for a while, and compilers have come to rest, the code has settled.
 */
final class WarmUp {
  /** Rounds without a better time after which the code has settled. */
  private static final int CALM_ROUNDS = 3;

  /** And as long as this at least. */
  private static final long CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

  /** A round is not calm in which compilers finished work of more than this part of its time. */
  private static final double COMPILING = 0.25;

  /** A round counts as better only if it takes less than this part of the best one. */
  private static final double BETTER = 0.9;

  /** A step that takes longer ends the round at first; each time it happens, twice as long. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

  private static final int DECODE_STEPS = 8;

  /** Enough for the code that threads share their work by. */
  private static final int SHARED_ROUNDS = 8;

  /** Of the time, kept for those rounds where a model is so large that it does not settle. */
  private static final double SHARED = 0.2;

  private static final @Nullable CompilationMXBean COMPILERS =
      ManagementFactory.getCompilationMXBean();

  private final ComputePool pool;
  private final List<Runnable> steps = new ArrayList<>();

  private WarmUp(ComputePool pool) {
    this.pool = pool;
  }

  /** Warms blocks with made-up rows and scratch caches of that type. */
  static void blocks(
      ModelConfig config,
      List<LoadedBlock> blocks,
      SpanForward forward,
      ComputePool pool,
      KvType type,
      long deadlineNanos) {
    Span span = new Span(blocks.getFirst().index(), blocks.getLast().index() + 1);
    int longest = Math.min(config.context(), 4 * SpanForward.MAX_CHUNK);
    int pages = 3 * Math.ceilDiv(longest, KvPool.PAGE_POSITIONS);
    List<Span> parts = representatives(blocks);
    Batch batch = new Batch(SpanForward.MAX_CHUNK, config.width());
    WarmUp warmUp = new WarmUp(pool);
    try (KvPool scratch = new KvPool(config, span, type, pages);
        KvCache prompt = scratch.reserve(longest).orElseThrow();
        KvCache near = scratch.reserve(longest).orElseThrow();
        KvCache far = scratch.reserve(longest).orElseThrow()) {
      warmUp.steps.add(() -> decode(forward, parts, batch, near, longest / 8, deadlineNanos));
      for (int rows : new int[] {2, 7, 32, SpanForward.MAX_CHUNK}) {
        warmUp.steps.add(() -> feed(forward, parts, batch, prompt, longest / 4, rows));
      }
      warmUp.steps.add(() -> decode(forward, parts, batch, far, longest - 1, deadlineNanos));
      warmUp.run(deadlineNanos);
    } catch (ShardException e) {
      if (e.error() != ShardError.NON_FINITE) {
        throw e; // a model whose numbers overflow will say so when it is used
      }
    }
  }

  /** One block of each combination of weight types: the others take the same code. */
  private static List<Span> representatives(List<LoadedBlock> blocks) {
    Set<String> seen = new HashSet<>();
    List<Span> parts = new ArrayList<>();
    for (LoadedBlock block : blocks) {
      if (seen.add(block.weights().signature())) {
        parts.add(new Span(block.index(), block.index() + 1));
      }
    }
    return parts;
  }

  /**
   * Several tokens one by one at {@code position}, the positions before it filled once. Where that
   * takes until the deadline, at the position reached.
   */
  private static void decode(
      SpanForward forward,
      List<Span> parts,
      Batch batch,
      KvCache cache,
      int position,
      long deadlineNanos) {
    while (cache.length() < position && System.nanoTime() - deadlineNanos < 0) {
      int rows = Math.min(batch.maxRows(), position - cache.length());
      feed(forward, parts, batch, cache, cache.length(), rows);
    }
    for (int i = 0; i < DECODE_STEPS && System.nanoTime() - deadlineNanos < 0; i++) {
      feed(forward, parts, batch, cache, position, 1);
    }
  }

  private static void feed(
      SpanForward forward, List<Span> parts, Batch batch, KvCache cache, int position, int rows) {
    int at = Math.min(position, cache.length());
    batch.clear();
    batch.add(cache, at, Math.min(rows, cache.maxLength() - at));
    for (Span part : parts) {
      madeUp(batch.hidden(), batch.rows() * batch.width());
      forward.run(batch, part);
    }
  }

  /** Warms the ends of a model. */
  static void ends(Embedding embedding, OutputHead head, ComputePool pool, long deadlineNanos) {
    int most = 8;
    int[] tokens = new int[most];
    try (Arena arena = Arena.ofShared()) {
      MemorySegment hidden = arena.allocate(JAVA_FLOAT, (long) most * head.width());
      MemorySegment logits = arena.allocate(JAVA_FLOAT, (long) most * head.vocabulary());
      WarmUp warmUp = new WarmUp(pool);
      warmUp.steps.add(() -> embedding.rows(tokens, 0, most, hidden));
      for (int rows : new int[] {1, 1, most}) {
        warmUp.steps.add(() -> head.logits(hidden, rows, logits));
      }
      warmUp.run(deadlineNanos);
    }
  }

  private static void madeUp(MemorySegment rows, int elements) {
    int state = 1;
    for (int i = 0; i < elements; i++) {
      state = state * 1_664_525 + 1_013_904_223; // Numerical Recipes' generator
      rows.setAtIndex(JAVA_FLOAT, i, state * 0x1p-31f);
    }
  }

  /**
   * With the caller's thread alone until the code has settled, for while compilers are at work,
   * helpers would only run slow code on the processors that those need. Then a few rounds with all.
   */
  private void run(long deadlineNanos) {
    long left = deadlineNanos - System.nanoTime();
    boolean shared = pool.threads() > 1;
    pool.restHelpers(true);
    try {
      settle(shared ? deadlineNanos - (long) (left * SHARED) : deadlineNanos);
    } finally {
      pool.restHelpers(false);
    }
    for (int i = 0; i < SHARED_ROUNDS && shared; i++) {
      boolean unused = round(Long.MAX_VALUE, deadlineNanos);
    }
  }

  private void settle(long deadlineNanos) {
    long best = Long.MAX_VALUE;
    long patience = PATIENCE_NANOS;
    long unsettled = System.nanoTime();
    int calm = 0;
    while (calm < CALM_ROUNDS || System.nanoTime() - unsettled < CALM_NANOS) {
      long compiled = compiledNanos();
      long begun = System.nanoTime();
      boolean whole = round(patience, deadlineNanos);
      long ended = System.nanoTime();
      if (ended - deadlineNanos >= 0) {
        return;
      }
      long took = ended - begun;
      boolean better = !whole || took < best * BETTER;
      boolean compiling = compiledNanos() - compiled > COMPILING * took;
      calm = better || compiling ? 0 : calm + 1;
      unsettled = calm == 0 ? ended : unsettled;
      if (whole) {
        best = Math.min(best, took);
      } else {
        patience *= 2;
      }
    }
  }

  /**
   * Takes the steps in turn. False if one of them took longer than {@code patienceNanos}, or it is
   * late: the others are left out then.
   */
  private boolean round(long patienceNanos, long deadlineNanos) {
    for (Runnable step : steps) {
      long before = System.nanoTime();
      if (before - deadlineNanos >= 0) {
        return false;
      }
      step.run();
      if (System.nanoTime() - before > patienceNanos) {
        return false;
      }
    }
    return true;
  }

  /** The time that compilers have spent on what they have finished, where the JVM tells. */
  private static long compiledNanos() {
    return COMPILERS != null && COMPILERS.isCompilationTimeMonitoringSupported()
        ? TimeUnit.MILLISECONDS.toNanos(COMPILERS.getTotalCompilationTime())
        : 0;
  }
}
