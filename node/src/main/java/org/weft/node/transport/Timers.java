package org.weft.node.transport;

import java.time.Duration;

/**
 * When things happen. Nothing in a node sleeps or starts a thread of its own for time: it asks
 * here, so that tests can let hours pass in a moment. Thread-safe.
 */
public interface Timers {
  /**
   * Runs {@code task} once, {@code delay} from now, on a virtual thread of its own: it may block.
   * Zero means soon.
   */
  Timer after(Duration delay, Runnable task);

  /** The monotonic time that delays are measured in, as System.nanoTime counts it. */
  long nanoTime();

  /** Something that will happen. */
  interface Timer {
    /** Takes it back; without effect once the task has begun. */
    void cancel();
  }
}
