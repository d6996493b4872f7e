package org.weft.node.serving;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.weft.node.transport.Timers;

/**
 * The three waits of a session. A timer that was taken back does nothing, even where it had begun.
 * Guarded by the server's lock.
 */
final class SessionTimers {
  private final Host host;
  private @Nullable Wait opening;
  private @Nullable Wait firstStep;
  private @Nullable Wait lease;

  SessionTimers(Host host) {
    this.host = host;
  }

  void opening(Duration longest, Runnable late) {
    opening = new Wait(longest, late);
  }

  void opened() {
    opening = cancel(opening);
  }

  void firstStep(Duration longest, Runnable late) {
    firstStep = cancel(firstStep);
    firstStep = new Wait(longest, late);
  }

  void stepped() {
    firstStep = cancel(firstStep);
  }

  /** Starts the lease where it should run and does not, and the other way round. */
  void lease(boolean runs, Duration longest, Runnable late) {
    if (!runs) {
      lease = cancel(lease);
    } else if (lease == null) {
      lease = new Wait(longest, late);
    }
  }

  void cancelAll() {
    opening = cancel(opening);
    firstStep = cancel(firstStep);
    lease = cancel(lease);
  }

  private static @Nullable Wait cancel(@Nullable Wait wait) {
    if (wait != null) {
      wait.cancelled = true;
      wait.timer.cancel();
    }
    return null;
  }

  /** One wait. */
  private final class Wait {
    private final Timers.Timer timer;
    private boolean cancelled;

    Wait(Duration longest, Runnable late) {
      timer =
          host.timers()
              .after(
                  longest,
                  () ->
                      host.locked(() -> {
                        if (!cancelled) {
                          cancelled = true;
                          late.run();
                        }
                      }));
    }
  }
}
