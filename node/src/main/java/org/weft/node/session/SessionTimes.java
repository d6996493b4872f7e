package org.weft.node.session;

import java.time.Duration;
import java.util.List;

/**
 * Where the time of a session's last answered step went.
 *
 * @param hops in chain order; empty where no step has been answered
 * @param roundTrip from the step's sending to its rows being here
 */
public record SessionTimes(List<Hop> hops, Duration roundTrip) {
  public SessionTimes {
    hops = List.copyOf(hops);
  }

  /** How long the step waited at a hop, and how long the hop computed. */
  public record Hop(int hop, Duration queue, Duration compute) {}

  /** No step yet. */
  public static SessionTimes none() {
    return new SessionTimes(List.of(), Duration.ZERO);
  }
}
