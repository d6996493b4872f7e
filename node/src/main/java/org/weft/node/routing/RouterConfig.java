package org.weft.node.routing;

import java.time.Duration;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * What a router believes where nothing has been measured, and what it holds against a peer.
 *
 * @param unknownRtt between two peers of which neither has a sample
 * @param unknownLayerTime of one row through one block of a peer without a rate
 * @param hopCost what another hop costs beside its way: framing, scheduling, one more that may fail
 * @param fullCost what a peer costs that seems to have too few free KV pages
 * @param penalty what a failure costs at first
 * @param penaltyHalfLife a penalty halves in this time
 */
public record RouterConfig(
    Duration unknownRtt,
    Duration unknownLayerTime,
    Duration hopCost,
    Duration fullCost,
    Duration penalty,
    Duration penaltyHalfLife) {
  public RouterConfig {
    if (penaltyHalfLife.isZero() || penaltyHalfLife.isNegative()) {
      throw new NodeException(NodeError.ARGUMENT, "a penalty's half-life must be above zero");
    }
  }

  public static RouterConfig standard() {
    return new RouterConfig(
        Duration.ofMillis(50),
        Duration.ofMillis(1),
        Duration.ofNanos(200_000),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30));
  }
}
