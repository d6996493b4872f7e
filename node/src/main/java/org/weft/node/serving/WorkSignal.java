package org.weft.node.serving;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where one thread waits until there may be work, and any other tells it. A thread that sleeps
 * takes some 50 µs to wake on a core that sleeps too, so who sees work coming ({@link #expect}) has
 * the thread wake and look out for it, for a moment, while the frame is still being decrypted and
 * read.
 */
final class WorkSignal {
  /** From the first bytes of a small frame until its step can be computed, and some more. */
  private static final long LOOKOUT_NANOS = 200_000;

  private final boolean sparesProcessors;
  private volatile @Nullable Thread waiting;
  private volatile boolean given;
  private volatile boolean expected;

  /** Whether the last lookout saw work: bytes may as well be something else. */
  private volatile boolean paid = true;

  /** Looks out only where another of {@code processors} can read the frame meanwhile. */
  WorkSignal(int processors) {
    sparesProcessors = processors > 1;
  }

  /** There may be work: the next {@link #await}, or the one under way, returns. */
  void give() {
    given = true;
    LockSupport.unpark(waiting);
  }

  /** There may be work in a moment. Cheap; without effect where that has not held lately. */
  void expect() {
    Thread waiter = waiting;
    if (waiter != null && !expected && hopeful()) {
      expected = true;
      LockSupport.unpark(waiter);
    }
  }

  /** Returns once {@link #give} was called since the last return. For one thread alone. */
  void await() {
    expected = false;
    waiting = Thread.currentThread();
    while (!given) {
      if (expected) {
        lookOut();
        expected = false;
      } else {
        LockSupport.park(this);
        Thread.interrupted(); // it would not sleep again
      }
    }
    waiting = null;
    given = false;
    paid = true;
  }

  /** Whether the next {@link #expect} has an effect. */
  boolean hopeful() {
    return paid && sparesProcessors;
  }

  /** By the real clock: it is processor time that is spent here. */
  private void lookOut() {
    long end = System.nanoTime() + LOOKOUT_NANOS;
    while (!given && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    paid = given;
  }
}
