package org.weft.node.directory;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.PeerRecord;
import org.weft.shard.manifest.ModelId;

/** A directory that holds what the test says. */
public final class FixedDirectory implements Directory {
  private final List<VerifiedRecord> records = new CopyOnWriteArrayList<>();
  private final Map<NodeId, Duration> trips = new ConcurrentHashMap<>();
  private final Map<NodeId, String> names = new ConcurrentHashMap<>();
  private volatile int refreshes;

  /** What is different about a record. */
  public interface Edit {
    void apply(PeerRecord.Builder record);
  }

  public NodeId add(String name, int start, int end) {
    return add(name, record -> {}, start, end, Duration.ofMillis(1));
  }

  public NodeId add(String name, Edit edit, int start, int end, @Nullable Duration roundTrip) {
    return add(TicketFixture.key(), name, edit, start, end, roundTrip).node();
  }

  public VerifiedRecord add(
      NodeKey key, String name, Edit edit, int start, int end, @Nullable Duration roundTrip) {
    PeerRecord.Builder record =
        TicketFixture.record(key, start, end).setFreeKvPages(1000).setRowsPerSecond(100);
    edit.apply(record);
    VerifiedRecord verified =
        VerifiedRecord.verify(
            TicketFixture.signed(key, record), TicketFixture.NETWORK, TicketFixture.NOW);
    records.add(verified);
    names.put(key.id(), name);
    if (roundTrip != null) {
      trips.put(key.id(), roundTrip);
    }
    return verified;
  }

  public String name(NodeId node) {
    return String.valueOf(names.get(node));
  }

  /** How often somebody asked for news. */
  public int refreshes() {
    return refreshes;
  }

  @Override
  public void publish(PeerRecord record) {}

  @Override
  public List<VerifiedRecord> records(ModelId model) {
    return records.stream().filter(record -> record.model().equals(model)).toList();
  }

  @Override
  public List<VerifiedRecord> records() {
    return records;
  }

  @Override
  public Optional<Duration> roundTrip(VerifiedRecord record) {
    return Optional.ofNullable(trips.get(record.node()));
  }

  @Override
  public synchronized void refresh() {
    refreshes++;
  }

  @Override
  public ExchangeReply exchange(NodeId peer, ExchangeRequest request) {
    return ExchangeReply.getDefaultInstance();
  }

  @Override
  public void close() {}
}
