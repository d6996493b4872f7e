package org.weft.shard.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputePoolTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void shouldCoverEveryIndexOnceWhenRun(int threads) {
    try (ComputePool pool = new ComputePool(threads, Kernels.SCALAR)) {
      assertEquals(threads, pool.threads());
      for (int count : new int[] {0, 1, 15, 16, 17, 100, 1000}) {
        for (int grain : new int[] {1, 16, 64, 5000}) {
          AtomicIntegerArray seen = new AtomicIntegerArray(count + 1);
          pool.run(
              count,
              grain,
              (worker, from, to) -> {
                assertTrue(worker >= 0 && worker < threads, "worker " + worker);
                assertTrue(from % grain == 0 && (to % grain == 0 || to == count));
                for (int i = from; i < to; i++) {
                  seen.incrementAndGet(i);
                }
              });
          for (int i = 0; i < count; i++) {
            assertEquals(1, seen.get(i), "index " + i + " of " + count + " by " + grain);
          }
        }
      }
    }
  }

  @Test
  void shouldStayOnTheCallersThreadWhenHelpersRest() {
    try (ComputePool pool = new ComputePool(4, Kernels.SCALAR)) {
      Thread caller = Thread.currentThread();
      AtomicIntegerArray seen = new AtomicIntegerArray(100);
      ComputePool.RangeTask task =
          (worker, from, to) -> {
            assertEquals(0, worker);
            assertSame(caller, Thread.currentThread());
            seen.incrementAndGet(from);
          };
      pool.restHelpers(true);
      for (int run = 0; run < 200; run++) {
        pool.run(100, 1, task);
      }
      for (int i = 0; i < 100; i++) {
        assertEquals(200, seen.get(i), "index " + i);
      }
    }
  }

  @Test
  void shouldHaveAllThreadsAgainWhenHelpersRestNoMore() {
    try (ComputePool pool = new ComputePool(2, Kernels.SCALAR)) {
      pool.restHelpers(true);
      pool.run(2, 1, (worker, from, to) -> assertEquals(0, worker));
      pool.restHelpers(false);
      Rendezvous.ofAllThreads(pool);
    }
  }

  @Test
  void shouldSeeEarlierWritesWhenRunsFollowEachOther() {
    try (ComputePool pool = new ComputePool(4, Kernels.SCALAR)) {
      int[] values = new int[257];
      for (int run = 0; run < 20_000; run++) {
        // Every index is written by another worker than the one that read it last.
        pool.run(
            values.length,
            1 + run % 7,
            (worker, from, to) -> {
              for (int i = from; i < to; i++) {
                values[i]++;
              }
            });
      }
      int[] expected = new int[257];
      Arrays.fill(expected, 20_000);
      assertArrayEquals(expected, values);
    }
  }

  @Test
  void shouldFinishWithoutAWorkerWhenOneIsHeldUp() throws InterruptedException {
    try (ComputePool pool = new ComputePool(2, Kernels.SCALAR)) {
      CountDownLatch otherDone = new CountDownLatch(7);
      // One chunk blocks until all the others are done: possible only if they are stolen.
      pool.run(
          8,
          1,
          (worker, from, to) -> {
            if (from == 0) {
              try {
                assertTrue(otherDone.await(30, TimeUnit.SECONDS), "chunks were not stolen");
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            } else {
              otherDone.countDown();
            }
          });
      assertEquals(0, otherDone.getCount());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldThrowWhatARangeThrewAndGoOnWhenItFailed(int threads) {
    try (ComputePool pool = new ComputePool(threads, Kernels.SCALAR)) {
      for (int run = 0; run < 100; run++) {
        IllegalArgumentException thrown = new IllegalArgumentException("range 37");
        assertSame(
            thrown,
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    pool.run(
                        100,
                        1,
                        (worker, from, to) -> {
                          if (from == 37) {
                            throw thrown;
                          }
                        })));
      }
      AtomicIntegerArray ran = new AtomicIntegerArray(1);
      pool.run(100, 1, (worker, from, to) -> ran.addAndGet(0, to - from));
      assertEquals(100, ran.get(0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void shouldSeeWhatItAwaitsWhenStagesFollowEachOther(int threads) {
    try (ComputePool pool = new ComputePool(threads, Kernels.SCALAR)) {
      int[] first = new int[103];
      int[] second = new int[103];
      int[] third = new int[11];
      Stage ones = pool.stage(1, 3, (worker, from, to) -> Arrays.fill(first, from, to, 1));
      Stage sums =
          pool.stage(
              4,
              8,
              (worker, from, to) -> {
                ones.await(0);
                int sum = Arrays.stream(first).sum();
                Arrays.fill(second, from, to, sum);
              });
      Stage parts =
          pool.stage(
              1,
              1,
              (worker, from, to) -> {
                sums.await(from);
                int end = Math.min(second.length, 10 * from + 10);
                third[from] = Arrays.stream(second, 10 * from, end).sum();
              });
      for (int run = 0; run < 3_000; run++) {
        Arrays.fill(first, 0);
        Arrays.fill(second, 0);
        int count = 1 + run % first.length;
        ones.cover(count);
        sums.cover(count, 10);
        parts.cover((count + 9) / 10, 0);
        pool.run(List.of(ones, sums, parts));
        assertEquals(count * count, Arrays.stream(third, 0, (count + 9) / 10).sum());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void shouldCutStaticRangesAtTheAlignmentWhenChunksAreLarger(int threads) {
    try (ComputePool pool = new ComputePool(threads, Kernels.SCALAR)) {
      for (int count : new int[] {0, 5, 32, 576, 1000}) {
        AtomicIntegerArray seen = new AtomicIntegerArray(count + 1);
        Stage stage =
            pool.stage(
                32,
                64,
                (worker, from, to) -> {
                  assertTrue(from % 32 == 0 && (to % 32 == 0 || to == count) && to - from <= 64);
                  for (int i = from; i < to; i++) {
                    seen.incrementAndGet(i);
                  }
                });
        stage.cover(count, 0);
        pool.run(List.of(stage));
        for (int i = 0; i < count; i++) {
          assertEquals(1, seen.get(i), "index " + i + " of " + count);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void shouldThrowWhatAStageThrewWhenALaterOneAwaitsIt(int threads) {
    try (ComputePool pool = new ComputePool(threads, Kernels.SCALAR)) {
      IllegalArgumentException thrown = new IllegalArgumentException("stage 1");
      Stage failing =
          pool.stage(
              1,
              1,
              (worker, from, to) -> {
                if (from == 2) {
                  throw thrown;
                }
              });
      Stage awaiting = pool.stage(1, 1, (worker, from, to) -> failing.await(0));
      for (int run = 0; run < 300; run++) {
        failing.cover(8);
        awaiting.cover(8, 0);
        List<Stage> stages = List.of(failing, awaiting);
        assertSame(thrown, assertThrows(IllegalArgumentException.class, () -> pool.run(stages)));
      }
    }
  }

  @Test
  void shouldRefuseWhenARunIsUnderWayOrThePoolIsClosed() {
    ComputePool pool = new ComputePool(2, Kernels.SCALAR);
    assertThrows(
        IllegalStateException.class,
        () -> pool.run(2, 1, (worker, from, to) -> pool.run(1, 1, (w, f, t) -> {})));
    pool.close();
    assertThrows(IllegalStateException.class, () -> pool.run(1, 1, (worker, from, to) -> {}));
    assertThrows(IllegalArgumentException.class, () -> new ComputePool(0, Kernels.SCALAR));
  }
}
