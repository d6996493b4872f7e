package org.weft.node.routing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.weft.crypto.NodeId;

/** What is held against peers that failed; it decays. Thread-safe; bounded. */
final class Penalties {
  private static final int MAX_PEERS = 4096;

  /**
   * Repeated failures add up to so many first ones at most, so that nobody is shut out for long.
   */
  private static final int MAX_FACTOR = 16;

  private record Penalty(double nanos, Instant at) {}

  private final RouterConfig config;
  private final Clock clock;
  private final Map<NodeId, Penalty> penalties = new ConcurrentHashMap<>();

  Penalties(RouterConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  void failed(NodeId peer) {
    Instant now = clock.instant();
    double first = config.penalty().toNanos();
    if (penalties.size() >= MAX_PEERS) {
      penalties.values().removeIf(penalty -> left(penalty, now) < first / 1000);
    }
    if (penalties.size() >= MAX_PEERS && !penalties.containsKey(peer)) {
      return;
    }
    penalties.merge(
        peer,
        new Penalty(first, now),
        (old, fresh) -> new Penalty(Math.min(left(old, now) + first, first * MAX_FACTOR), now));
  }

  long nanos(NodeId peer) {
    Penalty penalty = penalties.get(peer);
    return penalty == null ? 0 : (long) left(penalty, clock.instant());
  }

  private double left(Penalty penalty, Instant now) {
    double halfLives =
        (double) Duration.between(penalty.at(), now).toMillis()
            / config.penaltyHalfLife().toMillis();
    return penalty.nanos() * Math.pow(0.5, Math.max(0, halfLives));
  }
}
