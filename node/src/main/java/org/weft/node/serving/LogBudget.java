package org.weft.node.serving;

import java.util.HashMap;
import java.util.Map;
import org.weft.crypto.NodeId;

/**
 * Bytes that output logs may take, shared out as sessions open: so many in all, and so many to the
 * sessions of one gateway and through one predecessor. Guarded by the server's lock.
 */
final class LogBudget {
  private final long capacity;
  private final long capacityOfPeer;
  private final Map<NodeId, Long> ofGateway = new HashMap<>();
  private final Map<NodeId, Long> ofPredecessor = new HashMap<>();
  private long granted;

  /** What one session has been given. */
  record Grant(NodeId gateway, NodeId predecessor, long bytes) {}

  LogBudget(long capacity, double peerShare) {
    this.capacity = capacity;
    capacityOfPeer = (long) (capacity * peerShare);
  }

  /** As much of {@code wanted} as there is: a log is of help, a session does not hang on it. */
  Grant grant(NodeId gateway, NodeId predecessor, long wanted) {
    long held =
        Math.max(ofGateway.getOrDefault(gateway, 0L), ofPredecessor.getOrDefault(predecessor, 0L));
    long bytes = Math.min(wanted, Math.min(capacity - granted, capacityOfPeer - held));
    Grant grant = new Grant(gateway, predecessor, bytes);
    count(grant, bytes);
    return grant;
  }

  void giveBack(Grant grant) {
    count(grant, -grant.bytes());
  }

  private void count(Grant grant, long change) {
    granted += change;
    add(ofGateway, grant.gateway(), change);
    add(ofPredecessor, grant.predecessor(), change);
  }

  private static void add(Map<NodeId, Long> held, NodeId peer, long change) {
    held.compute(
        peer,
        (id, before) -> {
          long now = (before == null ? 0 : before) + change;
          return now == 0 ? null : now;
        });
  }
}
