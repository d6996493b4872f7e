package org.weft.node.serving;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.transport.Timers;
import org.weft.node.transport.Transport;

/**
 * What all sessions of a block server share. One lock guards every session, queue and counter: it
 * is held for bookkeeping only, never while anything is sent, dialled, verified or computed.
 */
final class Host {
  private final BlockServerConfig config;
  private final SpanCompute compute;
  private final Clock clock;
  private final Timers timers;
  private final Executor threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final ServingCounters counters = new ServingCounters();
  private final LogBudget logs;
  private final AtomicLong outgoing = new AtomicLong();
  private volatile @Nullable Transport transport;

  /** Boxes that the thread which holds the lock will see to. Guarded by the lock. */
  private @Nullable List<Mailbox<?>> sendLater;

  Host(
      BlockServerConfig config, SpanCompute compute, Clock clock, Timers timers, Executor threads) {
    this.config = config;
    this.compute = compute;
    this.clock = clock;
    this.timers = timers;
    this.threads = threads;
    logs = new LogBudget(config.caps().logBytes(), config.caps().peerShare());
  }

  BlockServerConfig config() {
    return config;
  }

  SpanCompute compute() {
    return compute;
  }

  Clock clock() {
    return clock;
  }

  Timers timers() {
    return timers;
  }

  /** Virtual threads: for what may block. */
  Executor threads() {
    return threads;
  }

  ReentrantLock lock() {
    return lock;
  }

  ServingCounters counters() {
    return counters;
  }

  LogBudget logs() {
    return logs;
  }

  /** So many bytes more, or fewer, wait to be sent. Needs no lock. */
  void outgoing(long bytes) {
    outgoing.addAndGet(bytes);
  }

  /** Whether so many bytes more may wait here, beside all that wait to be computed or sent. */
  boolean hasRoomFor(int bytes) {
    return counters.queuedBytes() + outgoing.get() + bytes <= config.caps().queuedBytes();
  }

  void attach(Transport to) {
    transport = to;
  }

  Transport transport() {
    Transport attached = transport;
    if (attached == null) {
      throw new NodeException(NodeError.INTERNAL, "The block server has no transport yet.");
    }
    return attached;
  }

  /** Whether streams end because this node stops, and no neighbour is to blame. */
  boolean isStopping() {
    Transport attached = transport;
    return attached != null && attached.isClosed();
  }

  /**
   * Runs {@code act} under the lock; what it has put into boxes is then sent by this thread, as far
   * as that takes no waiting.
   */
  void lockedAndSent(Runnable act) {
    List<Mailbox<?>> filled = new ArrayList<>(1);
    locked(() -> {
      sendLater = filled;
      try {
        act.run();
      } finally {
        sendLater = null;
      }
    });
    filled.forEach(Mailbox::sendAtOnce);
  }

  /** Has what is in the box sent, once the lock is free. */
  void send(Mailbox<?> box) {
    List<Mailbox<?>> later = lock.isHeldByCurrentThread() ? sendLater : null;
    if (later == null) {
      threads.execute(box::send);
    } else {
      later.add(box);
    }
  }

  /** Runs {@code act} under the lock. */
  void locked(Runnable act) {
    lock.lock();
    try {
      act.run();
    } finally {
      lock.unlock();
    }
  }
}
