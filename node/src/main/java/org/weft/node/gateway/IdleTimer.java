package org.weft.node.gateway;

import java.util.function.Supplier;

/**
 * Runs out where a connection has no request open for too long. Vert.x hands over a request that
 * came early before it tells that the answer to the one before has ended, so requests are counted.
 * One thread's.
 */
final class IdleTimer {
  private final Supplier<Runnable> start;
  private Runnable stop;
  private int open;
  private boolean closed;

  /**
   * Begins at once.
   *
   * @param start starts the clock, and gives what stops it
   */
  IdleTimer(Supplier<Runnable> start) {
    this.start = start;
    this.stop = start.get();
  }

  void asked() {
    if (open++ == 0) {
      stop.run();
    }
  }

  /** The answer to a request has ended. */
  void answered() {
    if (--open == 0 && !closed) {
      stop = start.get();
    }
  }

  /** The connection is gone. */
  void close() {
    closed = true;
    stop.run();
  }
}
