package org.weft.node.directory;

import static java.util.Comparator.reverseOrder;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.AddressRange;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.Signed;
import org.weft.shard.manifest.ModelId;

/**
 * The records that stand, at most one for a node and model. Keys cost nothing, so it is bounded as
 * a whole, by node, by range of addresses and by who has told; where there is no room, one whose
 * address nobody has proven gives way. Thread-safe.
 */
final class RecordTable {
  /** A record takes this many bytes at most (DESIGN §7), so nothing longer is even parsed. */
  static final int MAX_RECORD_BYTES = VerifiedRecord.MAX_BYTES;

  static final int ID_BYTES = 32;

  private static final Comparator<VerifiedRecord> BY_NODE =
      Comparator.<VerifiedRecord, byte[]>comparing(r -> r.node().bytes(), Arrays::compareUnsigned)
          .thenComparing(r -> r.model().bytes(), Arrays::compareUnsigned);

  /** What becomes of a record that is offered. */
  enum Offer {
    STORED,
    /** The table has this one or a later one. */
    KNOWN,
    /** Not a valid record of this network, or one too many. */
    REFUSED,
    /** It bears another's signature. */
    FORGED
  }

  /** Who has told of a record; a peer joined through may tell of as many as there are. */
  record Source(NodeId peer, boolean joined) {
    boolean isBoundFor(NodeId node) {
      return !joined && !peer.equals(node);
    }
  }

  /** A node says one thing about one model. */
  private record Key(NodeId node, ModelId model) {
    static Key of(VerifiedRecord record) {
      return new Key(record.node(), record.model());
    }
  }

  /** A record whose ttl is over is kept until its end, hidden: it must not come back meanwhile. */
  private record Entry(VerifiedRecord record, Source source, Set<AddressRange> ranges) {
    static Entry of(VerifiedRecord record, Source source) {
      Set<AddressRange> ranges =
          record.endpoints().stream()
              .map(endpoint -> AddressRange.ofHost(endpoint.host()))
              .collect(Collectors.toUnmodifiableSet());
      return new Entry(record, source, ranges);
    }

    boolean standsAt(Instant now) {
      return record.expires().isAfter(now);
    }

    boolean sharesRangeWith(Entry other) {
      return ranges.isEmpty()
          ? other.ranges.isEmpty()
          : ranges.stream().anyMatch(other.ranges::contains);
    }

    boolean sharesSourceWith(Entry other) {
      return source.isBoundFor(record.node())
          && other.source.isBoundFor(other.record.node())
          && source.peer().equals(other.source.peer());
    }
  }

  private final DirectoryConfig config;
  private final Clock clock;
  private final Predicate<VerifiedRecord> proven;
  private final Map<Key, Entry> records = new HashMap<>();

  RecordTable(DirectoryConfig config, Clock clock, Predicate<VerifiedRecord> proven) {
    this.config = config;
    this.clock = clock;
    this.proven = proven;
  }

  /**
   * Checks a stranger's record and stores it. What the table knows already, or does not want from
   * this source, is turned away before its signature costs anything.
   */
  Offer offer(Signed signed, Source source) {
    Optional<PeerRecord> claims =
        VerifiedRecord.claims(signed.getPayload()).filter(RecordTable::isNamed);
    if (claims.isEmpty()) {
      return Offer.REFUSED;
    }
    PeerRecord claimed = claims.get();
    Key key =
        new Key(
            NodeId.of(claimed.getNodeId().toByteArray()),
            ModelId.of(claimed.getModelId().toByteArray()));
    if (!rises(key, claimed)) {
      return Offer.KNOWN;
    }
    if (isTooMuchOf(source, key)) {
      return Offer.REFUSED;
    }
    try {
      return store(VerifiedRecord.verify(signed, config.network(), clock.instant()), source);
    } catch (NodeException refused) {
      return refused.error() == NodeError.WRONG_PEER ? Offer.FORGED : Offer.REFUSED;
    }
  }

  /** Stores a record of this node's own. */
  Offer store(VerifiedRecord own) {
    return store(own, new Source(own.node(), true));
  }

  /** Stores a record that has been verified, unless a later one stands or there is no room. */
  private synchronized Offer store(VerifiedRecord record, Source source) {
    Instant now = clock.instant();
    expire(now);
    Entry fresh = Entry.of(record, source);
    if (!fresh.standsAt(now)) {
      return Offer.REFUSED;
    }
    Key key = Key.of(record);
    Entry before = records.get(key);
    if (before != null && before.record().sequence() >= record.sequence()) {
      return Offer.KNOWN;
    }
    records.remove(key);
    if (!makeRoom(fresh, now)) {
      if (before != null) {
        records.put(key, before);
      }
      return Offer.REFUSED;
    }
    records.put(key, fresh);
    return Offer.STORED;
  }

  /** Those that stand, in the order of their NodeIds. */
  synchronized List<VerifiedRecord> standing() {
    Instant now = clock.instant();
    expire(now);
    List<VerifiedRecord> standing = new ArrayList<>(records.size());
    for (Entry entry : records.values()) {
      if (entry.standsAt(now)) {
        standing.add(entry.record());
      }
    }
    standing.sort(BY_NODE);
    return standing;
  }

  /** Whether every limit leaves a place for {@code fresh}, if need be another's. */
  private boolean makeRoom(Entry fresh, Instant now) {
    NodeId node = fresh.record().node();
    return matching(other -> other.record().node().equals(node)) < config.maxRecordsPerNode()
        && matching(fresh::sharesSourceWith) < config.maxRecordsPerSource()
        && makeRoom(fresh::sharesRangeWith, config.maxRecordsPerRange(), now)
        && makeRoom(other -> true, config.maxRecords(), now);
  }

  /** The first to give way is one whose ttl is over, then one of whoever has told of the most. */
  private boolean makeRoom(Predicate<Entry> alike, int limit, Instant now) {
    if (matching(alike) < limit) {
      return true;
    }
    List<Entry> mayGo =
        records.values().stream()
            .filter(alike)
            .filter(entry -> !entry.standsAt(now) || !isTrusted(entry))
            .toList();
    Map<NodeId, Long> told =
        mayGo.stream()
            .collect(Collectors.groupingBy(e -> e.source().peer(), Collectors.counting()));
    Optional<Entry> least =
        mayGo.stream()
            .min(
                Comparator.comparing((Entry entry) -> entry.standsAt(now))
                    .thenComparing(entry -> told.get(entry.source().peer()), reverseOrder())
                    .thenComparing(entry -> entry.record().expires()));
    least.ifPresent(entry -> records.remove(Key.of(entry.record())));
    return least.isPresent();
  }

  /** A dial has shown who is there, or it is this node's or a joined peer's word for itself. */
  private boolean isTrusted(Entry entry) {
    boolean ofItself = entry.source().peer().equals(entry.record().node());
    return entry.source().joined() && ofItself || proven.test(entry.record());
  }

  private int matching(Predicate<Entry> alike) {
    int count = 0;
    for (Entry entry : records.values()) {
      if (alike.test(entry)) {
        count++;
      }
    }
    return count;
  }

  private synchronized boolean isTooMuchOf(Source source, Key key) {
    return source.isBoundFor(key.node())
        && !records.containsKey(key)
        && matching(entry ->
            entry.source().isBoundFor(entry.record().node())
                && entry.source().peer().equals(source.peer()))
            >= config.maxRecordsPerSource();
  }

  private void expire(Instant now) {
    records.values().removeIf(entry -> !entry.record().ends().isAfter(now));
  }

  private synchronized boolean rises(Key key, PeerRecord claimed) {
    Entry entry = records.get(key);
    return entry == null || claimed.getSequence() > entry.record().sequence();
  }

  private static boolean isNamed(PeerRecord record) {
    return record.getNodeId().size() == ID_BYTES && record.getModelId().size() == ID_BYTES;
  }
}
