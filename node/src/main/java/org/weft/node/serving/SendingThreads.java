package org.weft.node.serving;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads for what may block, mostly frames on their way to peers. They are counted, so
 * that a node that stops can wait until what it has said last is sent. Thread-safe, without a lock.
 */
final class SendingThreads implements Executor {
  private final AtomicInteger busy = new AtomicInteger();
  private volatile @Nullable CountDownLatch idle;

  @Override
  public void execute(Runnable task) {
    busy.incrementAndGet();
    Thread.startVirtualThread(() -> {
      try {
        task.run();
      } finally {
        ended();
      }
    });
  }

  private void ended() {
    CountDownLatch waiting = busy.decrementAndGet() == 0 ? idle : null;
    if (waiting != null) {
      waiting.countDown();
    }
  }

  /** Waits until nothing runs, no longer than {@code atMost}; whether it came to that. */
  boolean awaitIdle(Duration atMost) {
    CountDownLatch waiting = new CountDownLatch(1);
    idle = waiting;
    if (busy.get() == 0) {
      return true;
    }
    try {
      return waiting.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
