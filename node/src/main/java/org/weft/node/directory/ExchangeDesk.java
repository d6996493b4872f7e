package org.weft.node.directory;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.RecordSummary;
import org.weft.protocol.v1.Signed;

/**
 * Both sides of an exchange: what goes into a message, within its bounds, and what is believed of
 * one. Thread-safe.
 */
final class ExchangeDesk {
  /** A reply is filled up to here; what is left out comes with the next exchange. */
  static final int MAX_REPLY_BYTES = Wire.MAX_STEP_BYTES;

  private record Known(ByteString node, ByteString model) {}

  private final RecordTable table;
  private final OwnRecords own;
  private final NodeId self;
  private final ByteString network;

  ExchangeDesk(DirectoryConfig config, RecordTable table, OwnRecords own, NodeId self) {
    this.table = table;
    this.own = own;
    this.self = self;
    network = ByteString.copyFrom(config.network().bytes());
  }

  /** A push of this node's own records and a pull of all others. */
  ExchangeRequest request(List<VerifiedRecord> fresh) {
    ExchangeRequest.Builder request = ExchangeRequest.newBuilder().setNetworkId(network);
    fresh.forEach(record -> request.addRecords(record.signed()));
    table.standing().stream()
        .limit(Wire.MAX_EXCHANGE_KNOWN)
        .forEach(record -> request.addKnown(summary(record)));
    return request.build();
  }

  /** Answers a peer of the same network with what it lacks. */
  ExchangeReply exchange(NodeId peer, ExchangeRequest request) {
    if (!request.getNetworkId().equals(network)) {
      throw new NodeException(
          NodeError.INCOMPATIBLE, "this node belongs to another swarm: check the network's name");
    }
    if (request.getRecordsCount() > Wire.MAX_EXCHANGE_RECORDS
        || request.getKnownCount() > Wire.MAX_EXCHANGE_KNOWN) {
      throw new NodeException(
          NodeError.PROTOCOL,
          "an exchange carries "
              + Wire.MAX_EXCHANGE_RECORDS
              + " records and "
              + Wire.MAX_EXCHANGE_KNOWN
              + " summaries at most");
    }
    take(request.getRecordsList(), new RecordTable.Source(peer, false));
    Map<Known, Long> known = new HashMap<>();
    for (RecordSummary summary : request.getKnownList()) {
      known.put(new Known(summary.getNodeId(), summary.getModelId()), summary.getSequence());
    }
    return missing(known);
  }

  /**
   * Stores what is valid of a peer's records; what is not is left out in silence. After a forged
   * one the rest is not looked at: it would cost a check each, and no honest peer passes one on.
   */
  void take(List<Signed> records, RecordTable.Source source) {
    int count = Math.min(records.size(), Wire.MAX_EXCHANGE_RECORDS);
    for (int i = 0; i < count; i++) {
      if (table.offer(records.get(i), source) == RecordTable.Offer.FORGED) {
        break;
      }
    }
    for (VerifiedRecord record : table.standing()) {
      if (record.node().equals(self)) {
        own.riseAbove(record.sequence());
      }
    }
  }

  private ExchangeReply missing(Map<Known, Long> known) {
    ExchangeReply.Builder reply = ExchangeReply.newBuilder();
    int room = MAX_REPLY_BYTES;
    for (VerifiedRecord record : table.standing()) {
      ByteString node = ByteString.copyFrom(record.node().bytes());
      ByteString model = ByteString.copyFrom(record.model().bytes());
      Long has = known.get(new Known(node, model));
      if (has != null && has >= record.sequence()) {
        continue;
      }
      // Tag and length take four bytes at most: a record is shorter than 16 KiB.
      room -= record.signed().getSerializedSize() + 4;
      if (room < 0) {
        break;
      }
      reply.addRecords(record.signed());
    }
    return reply.build();
  }

  private static RecordSummary summary(VerifiedRecord record) {
    return RecordSummary.newBuilder()
        .setNodeId(ByteString.copyFrom(record.node().bytes()))
        .setModelId(ByteString.copyFrom(record.model().bytes()))
        .setSequence(record.sequence())
        .build();
  }
}
