package org.weft.node.transport;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Timers by the machine's clock: one daemon thread that waits, a virtual thread for each task.
 * After {@link #close} nothing is started any more.
 */
public final class ScheduledTimers implements Timers, AutoCloseable {
  private static final Timer NEVER = () -> {};

  private final ScheduledThreadPoolExecutor clock;

  public ScheduledTimers() {
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("weft-timers").factory());
    clock.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    if (delay.isZero()) {
      Thread.ofVirtual().name("weft-timer").start(task);
      return NEVER;
    }
    try {
      ScheduledFuture<?> scheduled =
          clock.schedule(
              () -> {
                Thread.ofVirtual().name("weft-timer").start(task);
              },
              delay.toNanos(),
              TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException closed) {
      return NEVER;
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
