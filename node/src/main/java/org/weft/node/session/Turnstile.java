package org.weft.node.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * Lets one session compute at a time, in the order in which they came; those that are closed while
 * they wait leave the queue at once. Bounded in number and in time. Thread-safe.
 */
final class Turnstile {
  private final int maxWaiting;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final Deque<Object> queue = new ArrayDeque<>(); // the head is inside

  Turnstile(int maxWaiting, Duration patience) {
    this.maxWaiting = maxWaiting;
    this.patience = patience;
  }

  /** Whether the caller's session still wants its turn. */
  @FunctionalInterface
  interface Wanted {
    boolean get();
  }

  /** Waits for {@code who}'s turn; false where it is no longer wanted. */
  boolean enter(Object who, Wanted wanted) {
    lock.lock();
    try {
      if (queue.size() > maxWaiting) {
        throw new NodeException(
            NodeError.OVERLOADED, maxWaiting + " sessions wait for the processor", false, 1000);
      }
      queue.addLast(who);
      long left = patience.toNanos();
      while (wanted.get() && queue.peekFirst() != who) {
        if (left <= 0) {
          leave(who);
          throw new NodeException(
              NodeError.OVERLOADED, "the processor was not free in " + patience, false, 1000);
        }
        left = moved.awaitNanos(left);
      }
      if (!wanted.get()) {
        leave(who);
        return false;
      }
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      leave(who);
      throw new NodeException(NodeError.CLOSED, "the thread of the step was interrupted");
    } finally {
      lock.unlock();
    }
  }

  /** Gives the turn, or a place in the queue, up. */
  void leave(Object who) {
    lock.lock();
    try {
      queue.removeFirstOccurrence(who);
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Those who wait look again whether they are wanted. */
  void wake() {
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return Math.max(0, queue.size() - 1);
    } finally {
      lock.unlock();
    }
  }
}
