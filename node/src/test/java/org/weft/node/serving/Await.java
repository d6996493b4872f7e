package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for other threads, bounded, and says for what it waited. */
final class Await {
  private static final long SECONDS = 20;

  static void that(String what, BooleanSupplier holds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        fail("still waiting: " + what);
      }
      Thread.yield();
    }
  }

  static <T> T next(String what, BlockingQueue<T> queue) {
    try {
      T next = queue.poll(SECONDS, TimeUnit.SECONDS);
      return next == null ? fail("still waiting: " + what) : next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail("interrupted: " + what);
    }
  }

  private Await() {}
}
