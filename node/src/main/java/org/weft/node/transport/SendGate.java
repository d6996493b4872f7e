package org.weft.node.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Lets senders of one stream through one by one, and only while the peer's flow-control window has
 * room. Senders wait here; the event loop only ever signals, and never waits for a sender.
 */
final class SendGate {
  enum Turn {
    /** The caller may send, and then has to {@link #leave}. */
    MINE,
    /** The stream is over. */
    OVER,
    /** The time is up. */
    LATE
  }

  private final long timeoutNanos;
  private final ReentrantLock turn = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean over;

  SendGate(Duration timeout) {
    timeoutNanos = timeout.toNanos();
  }

  /** {@code ready} says whether the window has room; {@link #signal} makes it be asked again. */
  Turn enter(BooleanSupplier ready) {
    long start = System.nanoTime();
    Turn outcome = Turn.LATE;
    try {
      if (!turn.tryLock(timeoutNanos, TimeUnit.NANOSECONDS)) {
        return over ? Turn.OVER : Turn.LATE;
      }
      outcome = await(ready, timeoutNanos - (System.nanoTime() - start));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (outcome != Turn.MINE && turn.isHeldByCurrentThread()) {
      turn.unlock();
    }
    return outcome;
  }

  private Turn await(BooleanSupplier ready, long nanos) throws InterruptedException {
    if (!over && ready.getAsBoolean()) {
      return Turn.MINE;
    }
    long left = nanos;
    lock.lock();
    try {
      while (!over && !ready.getAsBoolean()) {
        if (left <= 0) {
          return Turn.LATE;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    return over ? Turn.OVER : Turn.MINE;
  }

  /** As {@link #enter}, but false where that would wait. */
  boolean tryEnter(BooleanSupplier ready) {
    if (over || !turn.tryLock()) {
      return false;
    }
    if (ready.getAsBoolean()) {
      return true;
    }
    turn.unlock();
    return false;
  }

  void leave() {
    turn.unlock();
  }

  /** Runs when no sender is inside; senders that wait leave at once after {@link #end}. */
  void alone(Runnable action) {
    turn.lock();
    try {
      action.run();
    } finally {
      turn.unlock();
    }
  }

  void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void end() {
    over = true;
    signal();
  }
}
