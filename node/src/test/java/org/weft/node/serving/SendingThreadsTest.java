package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SendingThreadsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final SendingThreads threads = new SendingThreads();

  @Test
  void shouldWaitForWhatRunsAndForWhatThatBegins() throws Exception {
    AtomicInteger done = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    threads.execute(() -> {
      awaitQuietly(go);
      threads.execute(done::incrementAndGet);
    });
    assertFalse(threads.awaitIdle(Duration.ofMillis(1)));
    go.countDown();
    assertTrue(threads.awaitIdle(LONG));
    assertTrue(done.get() == 1);
  }

  @Test
  void shouldNotWaitWhenNothingRuns() {
    assertTrue(threads.awaitIdle(Duration.ZERO));
    threads.execute(() -> {});
    assertTrue(threads.awaitIdle(LONG));
    assertTrue(threads.awaitIdle(Duration.ZERO));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
