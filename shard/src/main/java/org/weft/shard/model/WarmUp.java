package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * Runs made-up rows through the code that real ones will take, until it has been compiled: vector
 * code is some 50 times slower before that, and the first prompt must not pay for it.
 *
 * <p>Steps of the sizes that matter are timed, round after round, small ones first. While a step is
 * so slow that it must be cold, larger ones wait for a later round. The best time of each step only
 * ever falls; when none has fallen for several rounds and a while, and compilers have come to rest,
 * the code has settled.
 */
final class WarmUp {
  /** Rounds without a better time after which the code has settled. */
  private static final int CALM_ROUNDS = 3;

  /** And as long as this at least. */
  private static final long CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

  /** A round is not calm in which compilers finished work of more than this part of its time. */
  private static final double COMPILING = 0.25;

  /** A time counts as better only if it is shorter by this. */
  private static final double BETTER = 0.9;

  /** A step that takes longer ends the round at first; each time it happens, twice as long. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

  private static final int DECODE_STEPS = 8;

  private static final @Nullable CompilationMXBean COMPILERS =
      ManagementFactory.getCompilationMXBean();

  private final List<Runnable> steps = new ArrayList<>();

  private WarmUp() {}

  /** Warms blocks with made-up rows and scratch caches of that type. */
  static void blocks(
      ModelConfig config,
      List<LoadedBlock> blocks,
      SpanForward forward,
      KvType type,
      long deadlineNanos) {
    Span span = new Span(blocks.getFirst().index(), blocks.getLast().index() + 1);
    int longest = Math.min(config.context(), 4 * SpanForward.MAX_CHUNK);
    int pages = 3 * Math.ceilDiv(longest, KvPool.PAGE_POSITIONS);
    List<Span> parts = representatives(blocks);
    Batch batch = new Batch(SpanForward.MAX_CHUNK, config.width());
    WarmUp warmUp = new WarmUp();
    try (KvPool pool = new KvPool(config, span, type, pages);
        KvCache prompt = pool.reserve(longest).orElseThrow();
        KvCache near = pool.reserve(longest).orElseThrow();
        KvCache far = pool.reserve(longest).orElseThrow()) {
      warmUp.steps.add(() -> decode(forward, parts, batch, near, longest / 8));
      for (int rows : new int[] {2, 7, 32, SpanForward.MAX_CHUNK}) {
        warmUp.steps.add(() -> feed(forward, parts, batch, prompt, longest / 4, rows));
      }
      warmUp.steps.add(() -> decode(forward, parts, batch, far, longest - 1));
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

  /** Several tokens one by one at {@code position}, the positions before it filled once. */
  private static void decode(
      SpanForward forward, List<Span> parts, Batch batch, KvCache cache, int position) {
    while (cache.length() < position) {
      int rows = Math.min(batch.maxRows(), position - cache.length());
      feed(forward, parts, batch, cache, cache.length(), rows);
    }
    for (int i = 0; i < DECODE_STEPS; i++) {
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
  static void ends(Embedding embedding, OutputHead head, long deadlineNanos) {
    int most = 8;
    int[] tokens = new int[most];
    try (Arena arena = Arena.ofShared()) {
      MemorySegment hidden = arena.allocate(JAVA_FLOAT, (long) most * head.width());
      MemorySegment logits = arena.allocate(JAVA_FLOAT, (long) most * head.vocabulary());
      WarmUp warmUp = new WarmUp();
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

  private void run(long deadlineNanos) {
    long[] best = new long[steps.size()];
    Arrays.fill(best, Long.MAX_VALUE);
    long patience = PATIENCE_NANOS;
    long lastBetter = System.nanoTime();
    for (int calm = 0; calm < CALM_ROUNDS || System.nanoTime() - lastBetter < CALM_NANOS; calm++) {
      long begun = System.nanoTime();
      long compiled = compiledNanos();
      for (int i = 0; i < best.length; i++) {
        long before = System.nanoTime();
        if (before - deadlineNanos >= 0) {
          return;
        }
        steps.get(i).run();
        long after = System.nanoTime();
        if (after - before < best[i] * BETTER) {
          best[i] = after - before;
          lastBetter = after;
          calm = -1;
        }
        if (after - before > patience) {
          patience *= 2;
          calm = -1;
          break;
        }
      }
      long ended = System.nanoTime();
      if (compiledNanos() - compiled > COMPILING * (ended - begun)) {
        lastBetter = ended;
        calm = -1;
      }
    }
  }

  /** The time that compilers have spent on what they have finished, where the JVM tells. */
  private static long compiledNanos() {
    return COMPILERS != null && COMPILERS.isCompilationTimeMonitoringSupported()
        ? TimeUnit.MILLISECONDS.toNanos(COMPILERS.getTotalCompilationTime())
        : 0;
  }
}
