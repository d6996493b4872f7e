package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * Runs made-up rows through the code that real ones will take, until it has been compiled: vector
 * code is some 50 times slower before that, and the first prompt must not pay for it.
 *
 * <p>Rounds of the sizes that matter are timed. The best time of each kind of step only ever falls;
 * when none has fallen for several rounds and a while, the code has settled.
 */
final class WarmUp {
  /** Rounds without a better time after which the code has settled. */
  private static final int CALM_ROUNDS = 4;

  /** And as long as this at least: compilers work in the background. */
  private static final long CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** A time counts as better only if it is shorter by this. */
  private static final double BETTER = 0.95;

  /** One kind of step: returns when it has run once. */
  @FunctionalInterface
  private interface Step {
    void run();
  }

  private final List<Step> steps = new ArrayList<>();

  private WarmUp() {}

  /** Warms blocks with made-up rows and a scratch cache of that type. */
  static void blocks(
      ModelConfig config,
      List<LoadedBlock> blocks,
      SpanForward forward,
      KvType type,
      long deadlineNanos) {
    int longest = Math.min(config.context(), 4 * SpanForward.MAX_CHUNK);
    Span span = new Span(blocks.getFirst().index(), blocks.getLast().index() + 1);
    int pages = Math.ceilDiv(longest, KvPool.PAGE_POSITIONS);
    try (KvPool pool = new KvPool(config, span, type, pages);
        KvCache cache = pool.reserve(longest).orElseThrow()) {
      Batch batch = new Batch(SpanForward.MAX_CHUNK, config.width());
      List<Span> parts = representatives(blocks);
      WarmUp warmUp = new WarmUp();
      for (int rows : new int[] {SpanForward.MAX_CHUNK, 32, 7, 2}) {
        warmUp.steps.add(() -> feed(forward, parts, batch, cache, longest / 4, rows));
      }
      for (int position : new int[] {3, longest / 4, longest - 1}) {
        warmUp.steps.add(() -> {
          fill(forward, parts, batch, cache, position);
          for (int i = 0; i < 16; i++) {
            feed(forward, parts, batch, cache, position, 1);
          }
        });
      }
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

  /** Makes the cache at least {@code positions} long. */
  private static void fill(
      SpanForward forward, List<Span> parts, Batch batch, KvCache cache, int positions) {
    while (cache.length() < positions) {
      int rows = Math.min(batch.maxRows(), positions - cache.length());
      feed(forward, parts, batch, cache, cache.length(), rows);
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

  /** Warms the output head alone. */
  static void head(OutputHead head, long deadlineNanos) {
    int most = 8;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment hidden = arena.allocate(JAVA_FLOAT, (long) most * head.width());
      MemorySegment logits = arena.allocate(JAVA_FLOAT, (long) most * head.vocabulary());
      madeUp(hidden, most * head.width());
      WarmUp warmUp = new WarmUp();
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
    long lastBetter = System.nanoTime();
    int calm = 0;
    while (calm < CALM_ROUNDS || System.nanoTime() - lastBetter < CALM_NANOS) {
      calm++;
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
          calm = 0;
        }
      }
    }
  }
}
