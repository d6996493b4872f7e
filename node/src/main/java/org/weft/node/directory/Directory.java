package org.weft.node.directory;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.DirectoryService;
import org.weft.protocol.v1.PeerRecord;
import org.weft.shard.manifest.ModelId;

/** Who is in the swarm. Thread-safe. */
public interface Directory extends DirectoryService, AutoCloseable {
  /**
   * Sets what this node says of itself; it is signed and spread again before its ttl ends, until
   * {@link #close}. Network, node id, sequence, times and RTT samples are filled in here.
   */
  void publish(PeerRecord record);

  /** Records that stand now, of one model, in the order of their NodeIds. */
  List<VerifiedRecord> records(ModelId model);

  /** Records that stand now, in the order of their NodeIds. */
  List<VerifiedRecord> records();

  /**
   * The measured round trip to the peer of {@code record}: empty until a TLS dial to the record's
   * own addresses has proven the NodeId behind them. A peer that is not proven is not routed to.
   */
  Optional<Duration> roundTrip(VerifiedRecord record);

  /** Pulls from the peers joined through, now. Waits, bounded, and never fails. */
  void refresh();

  @Override
  void close();
}
