package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WorkSignalTest {
  private static final int ROUNDS = 20_000;

  private final WorkSignal signal = new WorkSignal(2);
  private final Semaphore returned = new Semaphore(0);
  private volatile boolean over;
  private final Thread waiter =
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            while (!over) {
              signal.await();
              returned.release();
            }
          });

  @AfterEach
  void end() throws InterruptedException {
    over = true;
    signal.give();
    waiter.join();
  }

  private void assertReturns() throws InterruptedException {
    assertTrue(returned.tryAcquire(20, TimeUnit.SECONDS));
  }

  @Test
  void shouldLoseNoWorkHoweverItCoincidesWithHope() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      if (i % 2 == 0) {
        signal.expect();
      }
      signal.give();
      assertReturns();
      if (i % 3 == 0) {
        signal.expect();
      }
    }
    assertEquals(0, returned.availablePermits());
  }

  @Test
  void shouldWaitOnWhenNothingComesOfHope() throws Exception {
    hopeInVain();
    Await.that("it sleeps again", () -> waiter.getState() == Thread.State.WAITING);
    assertEquals(0, returned.availablePermits());
    signal.give();
    assertReturns();
  }

  @Test
  void shouldHopeAgainOnlyWhenWorkHasCome() throws Exception {
    assertTrue(signal.hopeful());
    hopeInVain();
    signal.give();
    assertReturns();
    assertTrue(signal.hopeful());
  }

  @Test
  void shouldNotHopeWhereThereIsButOneProcessor() {
    assertFalse(new WorkSignal(1).hopeful());
  }

  @Test
  void shouldSleepOnWhenInterrupted() throws Exception {
    Await.that("it sleeps", () -> waiter.getState() == Thread.State.WAITING);
    waiter.interrupt();
    Await.that("the interrupt is gone", () -> !waiter.isInterrupted());
    Await.that("it sleeps", () -> waiter.getState() == Thread.State.WAITING);
    signal.give();
    assertReturns();
  }

  private void hopeInVain() {
    Await.that("it sleeps", () -> waiter.getState() == Thread.State.WAITING);
    signal.expect();
    Await.that("hope has been vain", () -> !signal.hopeful());
  }
}
