package org.weft.node.session;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.weft.crypto.NodeId;
import org.weft.node.routing.Route;
import org.weft.node.ticket.PeerAddress;

/**
 * Peers that may still hold something of one session, over all of its chains. Owned by {@link
 * ChainDriver} and guarded by its lock.
 */
final class Holders {
  private final Map<NodeId, PeerAddress> peers = new HashMap<>();
  private boolean cutAnew;

  /** A chain over {@code next} opens, after one over {@code before}, or as the first. */
  void add(Route before, Route next) {
    cutAnew |= !next.hops().stream().allMatch(hop -> isNewOrAsBefore(before, hop));
    next.hops().forEach(hop -> peers.put(hop.record().node(), hop.record().address()));
  }

  private boolean isNewOrAsBefore(Route before, Route.Hop hop) {
    return !peers.containsKey(hop.record().node()) || before.hops().stream().anyMatch(hop::isSame);
  }

  /** Forgets those that are not of this chain, and says who they are. */
  Collection<PeerAddress> dropOthers(Route chain) {
    Map<NodeId, PeerAddress> others = new HashMap<>(peers);
    chain.hops().forEach(hop -> others.remove(hop.record().node()));
    peers.keySet().removeAll(others.keySet());
    return others.values();
  }

  /** Whether a peer may hold blocks of a former chain that the Close of this one does not name. */
  boolean cutAnew() {
    return cutAnew;
  }

  Map<NodeId, PeerAddress> all() {
    return Map.copyOf(peers);
  }
}
