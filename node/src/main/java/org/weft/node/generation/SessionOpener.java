package org.weft.node.generation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.Cancellation;
import org.weft.node.session.HiddenSource;
import org.weft.node.session.InferenceSession;
import org.weft.node.session.SessionFactory;

/**
 * Opens sessions, and waits its turn for a bounded time where the caches are full: first come,
 * first served, woken when a session of ours ends. Thread-safe.
 */
final class SessionOpener {
  private static final int DEFAULT_RETRY_MILLIS = 200;
  private static final int MIN_RETRY_MILLIS = 20;

  private final SessionFactory sessions;
  private final long waitNanos;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Object> waiting = new ArrayDeque<>();
  private long closed;

  SessionOpener(SessionFactory sessions, Duration wait, LongSupplier nanoTime) {
    this.sessions = sessions;
    this.waitNanos = wait.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Refuses with OUT_OF_CACHE once the wait is over, and with CLOSED when cancelled. */
  InferenceSession open(int maxLength, HiddenSource source, Cancellation cancellation) {
    long seen;
    boolean free;
    lock.lock();
    try {
      seen = closed;
      free = waiting.isEmpty();
    } finally {
      lock.unlock();
    }
    NodeException refusal = null;
    if (free) {
      try {
        return sessions.open(maxLength, source, cancellation);
      } catch (NodeException e) {
        refusal = outOfCache(e);
      }
    }
    return openInTurn(maxLength, source, cancellation, refusal, seen);
  }

  /** One of our sessions ended: whoever is first in line may try again. */
  void released() {
    lock.lock();
    try {
      closed++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private InferenceSession openInTurn(
      int maxLength,
      HiddenSource source,
      Cancellation cancellation,
      @Nullable NodeException first,
      long firstSeen) {
    Object turn = new Object();
    long deadline = nanoTime.getAsLong() + waitNanos;
    NodeException refusal = first;
    long seen = firstSeen;
    enter(turn);
    Cancellation.Registration registration = cancellation.onCancel(this::wake);
    try {
      while (true) {
        seen = awaitTurn(turn, refusal, seen, deadline, cancellation);
        try {
          return sessions.open(maxLength, source, cancellation);
        } catch (NodeException e) {
          refusal = outOfCache(e);
        }
      }
    } finally {
      registration.close();
      leave(turn);
    }
  }

  /** Until this turn is the first and, after a refusal, something may have changed. */
  private long awaitTurn(
      Object turn,
      @Nullable NodeException refusal,
      long seen,
      long deadline,
      Cancellation cancellation) {
    lock.lock();
    try {
      long retryAt = refusal == null ? nanoTime.getAsLong() : nanoTime.getAsLong() + retry(refusal);
      while (true) {
        if (cancellation.cancelled()) {
          throw new NodeException(NodeError.CLOSED, "the request was cancelled while it waited");
        }
        long now = nanoTime.getAsLong();
        boolean first = waiting.peek() == turn;
        if (first && (closed != seen || now - retryAt >= 0)) {
          return closed;
        }
        if (now - deadline >= 0) {
          throw refusal != null ? refusal : full();
        }
        long until = first && retryAt - deadline < 0 ? retryAt : deadline;
        long ignored = changed.awaitNanos(Math.max(1, until - now));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeException(NodeError.CLOSED, "the request was interrupted while it waited");
    } finally {
      lock.unlock();
    }
  }

  private static NodeException outOfCache(NodeException e) {
    if (e.error() != NodeError.OUT_OF_CACHE) {
      throw e;
    }
    return e;
  }

  private static NodeException full() {
    return new NodeException(
        NodeError.OUT_OF_CACHE,
        "the caches are full, and other requests wait for them: try again later",
        false,
        1000);
  }

  private static long retry(NodeException refusal) {
    int millis = refusal.retryMillis() > 0 ? refusal.retryMillis() : DEFAULT_RETRY_MILLIS;
    return TimeUnit.MILLISECONDS.toNanos(Math.clamp(millis, MIN_RETRY_MILLIS, 2000));
  }

  private void enter(Object turn) {
    lock.lock();
    try {
      waiting.add(turn);
    } finally {
      lock.unlock();
    }
  }

  private void leave(Object turn) {
    lock.lock();
    try {
      waiting.remove(turn);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
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
