package org.weft.node.directory;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.PeerStatus;
import org.weft.protocol.v1.RttSample;

/** What this node says of itself: one record for each model it serves. Thread-safe. */
final class OwnRecords {
  private final NodeKey key;
  private final DirectoryConfig config;
  private final Clock clock;
  private final Map<ByteString, PeerRecord> said = new LinkedHashMap<>();
  private long lastSequence;

  OwnRecords(NodeKey key, DirectoryConfig config, Clock clock) {
    this.key = key;
    this.config = config;
    this.clock = clock;
  }

  synchronized void say(PeerRecord record) {
    if (record.getModelId().size() != RecordTable.ID_BYTES) {
      throw new NodeException(NodeError.ARGUMENT, "a peer record must name its model");
    }
    if (!said.containsKey(record.getModelId()) && said.size() >= config.maxRecordsPerNode()) {
      throw new NodeException(
          NodeError.ARGUMENT,
          "a node publishes " + config.maxRecordsPerNode() + " records at most");
    }
    said.put(record.getModelId(), record);
  }

  synchronized boolean isSilent() {
    return said.isEmpty();
  }

  /**
   * Others hold a record of this node with a later sequence: the clock was ahead before a restart.
   * The next ones must rise above it.
   */
  synchronized void riseAbove(long sequence) {
    lastSequence = Math.max(lastSequence, sequence);
  }

  /** Signs everything anew, with a sequence above all before. */
  synchronized List<VerifiedRecord> sign(List<RttSample> rtt) {
    return signAll(rtt, (int) config.ttl().toSeconds(), false);
  }

  /** The last word: DRAINING, to be forgotten after one renewal more. */
  synchronized List<VerifiedRecord> withdraw() {
    List<VerifiedRecord> last =
        signAll(List.of(), (int) Math.max(1, config.renewal().toSeconds()), true);
    said.clear();
    return last;
  }

  private List<VerifiedRecord> signAll(List<RttSample> rtt, int ttlSeconds, boolean draining) {
    List<VerifiedRecord> signed = new ArrayList<>(said.size());
    for (PeerRecord record : said.values()) {
      long now = clock.millis();
      lastSequence = Math.max(now, lastSequence + 1);
      PeerRecord.Builder fresh =
          record.toBuilder()
              .setNetworkId(ByteString.copyFrom(config.network().bytes()))
              .setNodeId(ByteString.copyFrom(key.id().bytes()))
              .setSequence(lastSequence)
              .setIssuedMs(now)
              .setTtlSeconds(ttlSeconds);
      if (draining) {
        fresh.setStatus(PeerStatus.PEER_STATUS_DRAINING);
      }
      addSamples(fresh, rtt);
      signed.add(VerifiedRecord.sign(key, fresh.build()));
    }
    return signed;
  }

  /** As many samples as the record's 1 KiB has room for. */
  private static void addSamples(PeerRecord.Builder record, List<RttSample> samples) {
    int room = RecordTable.MAX_RECORD_BYTES - record.build().getSerializedSize();
    for (RttSample sample : samples) {
      // Tag and length take two bytes: a sample is shorter than 128.
      room -= sample.getSerializedSize() + 2;
      if (room < 0) {
        return;
      }
      record.addRtt(sample);
    }
  }
}
