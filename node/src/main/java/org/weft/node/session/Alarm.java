package org.weft.node.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.weft.node.transport.Timers;

/**
 * The one timer of a session, set anew only when it is needed sooner: not one for each token. It
 * may ring too early, never too late. Owned by {@link ChainDriver} and guarded by its lock.
 */
final class Alarm {
  private final Timers timers;
  private final Runnable ring;
  private Timers.@Nullable Timer timer;
  private long atNanos = Long.MAX_VALUE;

  /** {@code ring} runs without the lock, takes it, and says {@link #rang} under it. */
  Alarm(Timers timers, Runnable ring) {
    this.timers = timers;
    this.ring = ring;
  }

  /** Rings at {@code deadlineNanos} of the timers' clock at the latest; Long.MAX_VALUE is never. */
  void set(long deadlineNanos) {
    if (deadlineNanos == Long.MAX_VALUE || deadlineNanos >= atNanos) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    atNanos = deadlineNanos;
    long delay = Math.max(1, deadlineNanos - timers.nanoTime());
    timer = timers.after(Duration.ofNanos(delay), ring);
  }

  void rang() {
    atNanos = Long.MAX_VALUE;
    timer = null;
  }
}
