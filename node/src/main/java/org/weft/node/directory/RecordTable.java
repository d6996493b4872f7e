package org.weft.node.directory;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.NodeException;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.Signed;
import org.weft.shard.manifest.ModelId;

/** The records that stand, at most one for a node and model. Thread-safe; bounded. */
final class RecordTable {
  /** A record takes this many bytes at most (DESIGN §7), so nothing longer is even parsed. */
  static final int MAX_RECORD_BYTES = 1024;

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
    REFUSED
  }

  /** A node says one thing about one model. */
  record Key(NodeId node, ModelId model) {
    static Key of(VerifiedRecord record) {
      return new Key(record.node(), record.model());
    }
  }

  private final DirectoryConfig config;
  private final Clock clock;
  private final Map<Key, VerifiedRecord> records = new HashMap<>();

  RecordTable(DirectoryConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * Checks a stranger's record and stores it. What the table knows already is turned away before
   * its signature costs anything.
   */
  Offer offer(Signed signed) {
    PeerRecord claimed = parse(signed);
    if (claimed == null) {
      return Offer.REFUSED;
    }
    if (!rises(claimed)) {
      return Offer.KNOWN;
    }
    try {
      return store(VerifiedRecord.verify(signed, config.network(), clock.instant()));
    } catch (NodeException refused) {
      return Offer.REFUSED;
    }
  }

  /** Stores a record that has been verified, unless a later one stands or there is no room. */
  synchronized Offer store(VerifiedRecord record) {
    Instant now = clock.instant();
    if (!record.expires().isAfter(now)) {
      return Offer.REFUSED;
    }
    Key key = Key.of(record);
    VerifiedRecord standing = records.get(key);
    if (standing != null && standing.sequence() >= record.sequence()) {
      return Offer.KNOWN;
    }
    if (standing == null && !hasRoom(record.node(), now)) {
      return Offer.REFUSED;
    }
    records.put(key, record);
    return Offer.STORED;
  }

  /** Those that stand, in the order of their NodeIds. */
  synchronized List<VerifiedRecord> standing() {
    expire(clock.instant());
    List<VerifiedRecord> standing = new ArrayList<>(records.values());
    standing.sort(BY_NODE);
    return standing;
  }

  synchronized void forget(NodeId node) {
    records.keySet().removeIf(key -> key.node().equals(node));
  }

  private boolean hasRoom(NodeId node, Instant now) {
    if (records.size() >= config.maxRecords()) {
      expire(now);
    }
    if (records.size() >= config.maxRecords()) {
      return false;
    }
    int ofNode = 0;
    for (Key key : records.keySet()) {
      if (key.node().equals(node)) {
        ofNode++;
      }
    }
    return ofNode < config.maxRecordsPerNode();
  }

  private void expire(Instant now) {
    records.values().removeIf(record -> !record.expires().isAfter(now));
  }

  private synchronized boolean rises(PeerRecord claimed) {
    Key key =
        new Key(
            NodeId.of(claimed.getNodeId().toByteArray()),
            ModelId.of(claimed.getModelId().toByteArray()));
    VerifiedRecord standing = records.get(key);
    return standing == null || claimed.getSequence() > standing.sequence();
  }

  /** What a record claims; null where it cannot be a record at all. */
  private static @Nullable PeerRecord parse(Signed signed) {
    if (signed.getPayload().size() > MAX_RECORD_BYTES) {
      return null;
    }
    try {
      PeerRecord record = PeerRecord.parseFrom(signed.getPayload());
      boolean named =
          record.getNodeId().size() == ID_BYTES && record.getModelId().size() == ID_BYTES;
      return named ? record : null;
    } catch (InvalidProtocolBufferException broken) {
      return null;
    }
  }
}
