package org.weft.node.session;

import java.time.Duration;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * How a gateway runs its chains.
 *
 * @param chunkRows rows of one step at most; fewer where the wire's cap says so
 * @param maxInFlight steps without an answer at most
 * @param openDeadline after which a chain that has not opened is probed
 * @param stepDeadline without a result, after which a chain is probed
 * @param probeDeadline for a hop to answer a probe
 * @param closeDeadline for a chain to answer Close, before every hop is told by itself
 * @param ticketLife bounds opening, not the session's life
 * @param maxStalls probes without progress that a chain is given
 * @param maxRoutes chains that are tried before a session is refused
 */
public record ChainConfig(
    int chunkRows,
    int maxInFlight,
    Duration openDeadline,
    Duration stepDeadline,
    Duration probeDeadline,
    Duration closeDeadline,
    Duration ticketLife,
    int maxStalls,
    int maxRoutes) {
  public ChainConfig {
    if (chunkRows < 1 || maxInFlight < 1 || maxStalls < 0 || maxRoutes < 1) {
      throw new NodeException(
          NodeError.ARGUMENT, "chunks, steps in flight and routes must be above zero");
    }
  }

  public static ChainConfig standard() {
    return new ChainConfig(
        64,
        8,
        Duration.ofSeconds(8),
        Duration.ofSeconds(10),
        Duration.ofSeconds(3),
        Duration.ofSeconds(2),
        Duration.ofMinutes(1),
        2,
        4);
  }

  public ChainConfig withChunkRows(int rows) {
    return new ChainConfig(
        rows,
        maxInFlight,
        openDeadline,
        stepDeadline,
        probeDeadline,
        closeDeadline,
        ticketLife,
        maxStalls,
        maxRoutes);
  }
}
