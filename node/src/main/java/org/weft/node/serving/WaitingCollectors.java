package org.weft.node.serving;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.crypto.NodeId;
import org.weft.protocol.v1.FaultCode;

/**
 * Collectors that came before their session was opened, bounded in number and time. Guarded by the
 * server's lock.
 */
final class WaitingCollectors {
  private final Host host;
  private final Map<SessionKey, List<Collector>> waiting = new HashMap<>();
  private final Map<NodeId, Integer> ofPeer = new HashMap<>();
  private int count;

  WaitingCollectors(Host host) {
    this.host = host;
  }

  void add(Collector collector) {
    BlockServerConfig.Caps caps = host.config().caps();
    int ofThisPeer = ofPeer.getOrDefault(collector.peer(), 0);
    if (count >= caps.collectors() || ofThisPeer >= caps.collectorsPerPeer()) {
      collector.refuse(
          FaultCode.FAULT_CODE_OVERLOADED, "Too many collectors wait for their sessions here.");
      return;
    }
    waiting.computeIfAbsent(collector.key(), key -> new ArrayList<>(1)).add(collector);
    ofPeer.merge(collector.peer(), 1, Integer::sum);
    count++;
    collector.waitsUntil(
        host.timers()
            .after(host.config().waits().collector(), () -> host.locked(() -> late(collector))));
  }

  boolean remove(Collector collector) {
    List<Collector> same = waiting.get(collector.key());
    if (same == null || !same.remove(collector)) {
      return false;
    }
    if (same.isEmpty()) {
      waiting.remove(collector.key());
    }
    ofPeer.computeIfPresent(collector.peer(), (peer, n) -> n == 1 ? null : n - 1);
    count--;
    collector.stopWaiting();
    return true;
  }

  /** Takes out all whose session now stands at {@code epoch}, those that came for an older too. */
  List<Collector> take(SessionKey key, long epoch) {
    List<Collector> ready = new ArrayList<>();
    for (Collector collector : List.copyOf(waiting.getOrDefault(key, List.of()))) {
      if (collector.epoch() <= epoch && remove(collector)) {
        ready.add(collector);
      }
    }
    return ready;
  }

  int size() {
    return count;
  }

  private void late(Collector collector) {
    if (remove(collector)) {
      collector.refuse(
          FaultCode.FAULT_CODE_DEADLINE, "No session was opened for this collector in time.");
    }
  }
}
