package org.weft.node.directory;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.weft.crypto.NodeId;
import org.weft.node.NodeException;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.Timers;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.RttSample;

/**
 * The peers whose NodeId a TLS dial to their record's addresses has proven, and how far away they
 * are. Anyone may sign a record that names somebody else's address: only the dial tells.
 * Thread-safe; as large as the table of records at most.
 */
final class ProvenPeers {
  /** Round trips are measured again after this long. */
  private static final Duration FRESH = Duration.ofSeconds(30);

  /** Later samples count a quarter: one slow ping does not move a chain. */
  private static final int SMOOTHING = 4;

  private record Proof(VerifiedRecord record, long rttNanos, long measuredNanos) {
    boolean covers(VerifiedRecord other) {
      return record.endpoints().equals(other.endpoints());
    }
  }

  private final Transport transport;
  private final Timers timers;
  private final Duration deadline;
  private final Map<NodeId, Proof> proofs = new ConcurrentHashMap<>();

  ProvenPeers(Transport transport, Timers timers, Duration deadline) {
    this.transport = transport;
    this.timers = timers;
    this.deadline = deadline;
  }

  Optional<Duration> roundTrip(VerifiedRecord record) {
    if (record.node().equals(transport.self())) {
      return Optional.of(Duration.ZERO);
    }
    Proof proof = proofs.get(record.node());
    return proof != null && proof.covers(record)
        ? Optional.of(Duration.ofNanos(proof.rttNanos()))
        : Optional.empty();
  }

  /** Whether the peer has yet to be proven at these addresses, or was measured long ago. */
  boolean isDue(VerifiedRecord record) {
    if (record.node().equals(transport.self())) {
      return false;
    }
    Proof proof = proofs.get(record.node());
    return proof == null
        || !proof.covers(record)
        || timers.nanoTime() - proof.measuredNanos() > FRESH.toNanos();
  }

  /** Dials and measures; a peer that does not answer, or is somebody else, is proven no longer. */
  void prove(VerifiedRecord record) {
    try {
      long rtt = transport.ping(record.address(), deadline).toNanos();
      proofs.merge(
          record.node(),
          new Proof(record, rtt, timers.nanoTime()),
          (old, fresh) -> old.covers(record) ? smooth(old, fresh) : fresh);
    } catch (NodeException unreachable) {
      proofs.remove(record.node());
    }
  }

  /** Keeps no more than the peers that have a record. */
  void retain(List<VerifiedRecord> standing) {
    proofs
        .keySet()
        .retainAll(standing.stream().map(VerifiedRecord::node).collect(Collectors.toSet()));
  }

  /** The nearest peers, for this node's own record. */
  List<RttSample> nearest(int count) {
    List<Proof> sorted = new ArrayList<>(proofs.values());
    sorted.sort(Comparator.comparingLong(Proof::rttNanos));
    return sorted.stream().limit(count).map(ProvenPeers::sample).toList();
  }

  private static RttSample sample(Proof proof) {
    return RttSample.newBuilder()
        .setPeer(ByteString.copyFrom(proof.record().node().bytes()))
        .setRttMicros((int) Math.min(proof.rttNanos() / 1000, Integer.MAX_VALUE))
        .build();
  }

  private static Proof smooth(Proof old, Proof fresh) {
    long rtt = old.rttNanos() + (fresh.rttNanos() - old.rttNanos()) / SMOOTHING;
    return new Proof(fresh.record(), rtt, fresh.measuredNanos());
  }
}
