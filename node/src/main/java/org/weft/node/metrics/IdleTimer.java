package org.weft.node.metrics;

import java.util.function.Supplier;

/**
 * Runs out where a connection has no request open for too long, or one that takes too long. Vert.x
 * hands over a request that came early before it tells that the answer to the one before has ended,
 * so requests are counted. One thread's.
 */
final class IdleTimer {
  private final Supplier<Runnable> idle;
  private final Supplier<Runnable> busy;
  private Runnable stop;
  private int open;
  private boolean closed;

  /**
   * Begins at once.
   *
   * @param idle starts the clock of a connection without a request, and gives what stops it
   * @param busy likewise for one with requests, from the first until none is open
   */
  IdleTimer(Supplier<Runnable> idle, Supplier<Runnable> busy) {
    this.idle = idle;
    this.busy = busy;
    this.stop = idle.get();
  }

  void asked() {
    if (open++ == 0) {
      switchTo(busy);
    }
  }

  /** The answer to a request has ended. */
  void answered() {
    if (--open == 0 && !closed) {
      switchTo(idle);
    }
  }

  private void switchTo(Supplier<Runnable> clock) {
    stop.run();
    stop = clock.get();
  }

  /** The connection is gone. */
  void close() {
    closed = true;
    stop.run();
  }
}
