package org.weft.node.gateway;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.weft.node.session.Cancellation;

/**
 * How many requests generate at the same time, and how many wait, first come, first served.
 * Thread-safe.
 */
final class Admission {
  private final int maxActive;
  private final int maxQueued;
  private final long waitNanos;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Object> queue = new ArrayDeque<>();
  private int active;
  private boolean closed;

  Admission(int maxActive, int maxQueued, Duration wait, LongSupplier nanoTime) {
    this.maxActive = maxActive;
    this.maxQueued = maxQueued;
    this.waitNanos = wait.toNanos();
    this.nanoTime = nanoTime;
  }

  /**
   * Waits for a turn, which {@link #leave} ends.
   *
   * @throws ApiException 503 where too many wait, the wait is over, or the gateway closes
   * @throws ClientGoneException when cancelled
   */
  void enter(Cancellation cancellation) {
    Object turn = new Object();
    Cancellation.Registration registration = cancellation.onCancel(this::wake);
    lock.lock();
    try {
      if (active >= maxActive && queue.size() >= maxQueued) {
        throw overloaded("The gateway has as many requests as it takes");
      }
      queue.add(turn);
      long deadline = nanoTime.getAsLong() + waitNanos;
      while (queue.peek() != turn || active >= maxActive) {
        requireWanted(cancellation);
        long left = deadline - nanoTime.getAsLong();
        if (left <= 0) {
          throw overloaded("The request waited too long for its turn");
        }
        long ignored = changed.awaitNanos(left);
      }
      requireWanted(cancellation);
      active++;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException();
    } finally {
      queue.remove(turn);
      changed.signalAll();
      lock.unlock();
      registration.close();
    }
  }

  /** Ends a turn that {@link #enter} gave: the next one comes in. */
  void leave() {
    lock.lock();
    try {
      active--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int active() {
    lock.lock();
    try {
      return active;
    } finally {
      lock.unlock();
    }
  }

  int queued() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Refuses whoever waits, and everyone who comes. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nobody is active; false where the time was up before. */
  boolean awaitIdle(Duration patience) {
    long deadline = nanoTime.getAsLong() + patience.toNanos();
    lock.lock();
    try {
      while (active > 0) {
        long left = deadline - nanoTime.getAsLong();
        if (left <= 0) {
          return false;
        }
        long ignored = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void requireWanted(Cancellation cancellation) {
    if (cancellation.cancelled()) {
      throw new ClientGoneException();
    }
    if (closed) {
      throw new ApiException(
          ApiError.unavailable("closed", "The gateway is shutting down.", ApiError.RETRY_MILLIS));
    }
  }

  private static ApiException overloaded(String why) {
    return new ApiException(ApiError.overloaded(why));
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
