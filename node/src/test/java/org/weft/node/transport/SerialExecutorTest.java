package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
  private final SerialExecutor executor = new SerialExecutor("test");

  @Test
  void shouldRunOnTheCallersThreadWhenNothingWaits() {
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    assertTrue(executor.runAtOnce(() -> ran.complete(Thread.currentThread())));
    assertSame(Thread.currentThread(), ran.join());
  }

  @Test
  void shouldLeaveATaskToTheThreadWhenOneRuns() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    executor.execute(() -> {
      running.countDown();
      await(go);
    });
    await(running);
    assertFalse(executor.runAtOnce(() -> true));
    go.countDown();
    CompletableFuture<Void> later = new CompletableFuture<>();
    executor.execute(() -> later.complete(null));
    later.get(10, TimeUnit.SECONDS);
  }

  @Test
  void shouldRunWhatCameDuringATaskOfTheCallersAfterIt() throws Exception {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> later = new CompletableFuture<>();
    boolean done =
        executor.runAtOnce(() -> {
          executor.execute(() -> {
            order.add("second");
            later.complete(null);
          });
          order.add("first");
          return true;
        });
    assertTrue(done);
    later.get(10, TimeUnit.SECONDS);
    assertEquals(List.of("first", "second"), order);
  }

  @Test
  void shouldGoOnWhenATaskOfTheCallersThrows() throws Exception {
    assertThrows(
        IllegalStateException.class,
        () ->
            executor.runAtOnce(() -> {
              throw new IllegalStateException("of the task");
            }));
    CompletableFuture<Void> later = new CompletableFuture<>();
    executor.execute(() -> later.complete(null));
    later.get(10, TimeUnit.SECONDS);
  }

  @Test
  void shouldRunNothingAfterTheLast() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    CompletableFuture<Void> last = new CompletableFuture<>();
    executor.execute(ran::incrementAndGet);
    executor.finish(() -> last.complete(null));
    executor.execute(ran::incrementAndGet);
    assertFalse(executor.runAtOnce(() -> ran.incrementAndGet() > 0));
    last.get(10, TimeUnit.SECONDS);
    assertEquals(1, ran.get());
  }

  @Test
  void shouldKeepTheOrderWhenBothWaysAreUsed() throws Exception {
    int tasks = 20_000;
    List<Integer> order = new ArrayList<>(); // the executor's: one task at a time
    for (int i = 0; i < tasks; i++) {
      int number = i;
      if (i % 3 == 0 || !executor.runAtOnce(() -> order.add(number))) {
        executor.execute(() -> order.add(number));
      }
    }
    CompletableFuture<List<Integer>> all = new CompletableFuture<>();
    executor.finish(() -> all.complete(List.copyOf(order)));
    List<Integer> ran = all.get(30, TimeUnit.SECONDS);
    for (int i = 0; i < tasks; i++) {
      assertEquals(i, ran.get(i));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
