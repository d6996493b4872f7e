package org.weft.node.transport;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;

/**
 * How many calls of a kind there may be at once: of all peers together, and of each one, so that
 * one peer cannot take the turns of all others. Thread-safe.
 */
final class CallPermits {
  private final int total;
  private final int perPeer;
  private final Map<NodeId, Integer> held = new HashMap<>();
  private int taken;

  CallPermits(int total, int perPeer) {
    this.total = total;
    this.perPeer = perPeer;
  }

  /** Null where there is none left. */
  synchronized @Nullable Permit tryAcquire(NodeId peer) {
    int own = held.getOrDefault(peer, 0);
    if (taken >= total || own >= perPeer) {
      return null;
    }
    taken++;
    held.put(peer, own + 1);
    return new Permit(peer);
  }

  private synchronized void giveBack(NodeId peer) {
    taken--;
    held.computeIfPresent(peer, (id, own) -> own == 1 ? null : own - 1);
  }

  /** One call's. */
  final class Permit {
    private final NodeId peer;
    private final AtomicBoolean released = new AtomicBoolean();

    private Permit(NodeId peer) {
      this.peer = peer;
    }

    /** Again calls do nothing. */
    void release() {
      if (released.compareAndSet(false, true)) {
        giveBack(peer);
      }
    }
  }
}
