package org.weft.node.ticket;

import com.google.protobuf.ByteString;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.Domain;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.v1.BlockRange;
import org.weft.protocol.v1.Endpoint;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.RttSample;
import org.weft.protocol.v1.Signed;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/**
 * The checks that make a {@link VerifiedRecord}: size and every field first, and the signature
 * last, for it costs the most.
 */
final class RecordCheck {
  static final int HASH_BYTES = 32;

  /** Far above any model's number of blocks. */
  static final int MAX_BLOCKS = 4096;

  private static final Parser<PeerRecord> READER =
      DiscardUnknownFieldsParser.wrap(PeerRecord.parser());

  private static final int MAX_ENDPOINTS = 8;
  private static final int MAX_IDS = 8;
  private static final int MAX_RTT_SAMPLES = 16;
  private static final int MAX_TEXT = 200;

  /** Record that this node is about to publish: the same checks, at the time of its issue. */
  static VerifiedRecord sign(NodeKey key, PeerRecord record) {
    Signed signed = SignedBytes.sign(key, Domain.PEER_RECORD, record.toByteArray());
    try {
      NetworkId network = NetworkId.of(record.getNetworkId().toByteArray());
      return verify(signed, network, Instant.ofEpochMilli(record.getIssuedMs()));
    } catch (NodeException e) {
      throw new NodeException(
          NodeError.ARGUMENT, "This node's own record is not valid: " + e.getMessage());
    }
  }

  static VerifiedRecord verify(Signed signed, NetworkId network, Instant now) {
    String what = "A peer record";
    NodeId signer = SignedBytes.signer(signed, VerifiedRecord.MAX_BYTES, NodeError.PROTOCOL, what);
    PeerRecord record = parse(signed.getPayload());
    String who = "The record of " + signer;
    require(
        record.getNodeId().equals(signed.getSigner()), who, "names another node than its signer");
    require(
        record.getNetworkId().equals(ByteString.copyFrom(network.bytes())),
        who,
        "belongs to another swarm");
    Life life = life(record, who, now);
    ids(record, who);
    texts(record, who);
    numbers(record, who);
    ModelId model = ModelId.of(record.getModelId().toByteArray());
    Span span = span(record.getSpan(), who);
    List<PeerAddress.HostPort> endpoints = endpoints(record, who);
    SignedBytes.requireSignature(signed, signer, Domain.PEER_RECORD, NodeError.WRONG_PEER, what);
    return new VerifiedRecord(
        signed, record, signer, model, span, life.expires(), life.ends(), endpoints);
  }

  /** Null where the payload is no message; fields that this version does not know are dropped. */
  static @Nullable PeerRecord read(ByteString payload) {
    try {
      return READER.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static PeerRecord parse(ByteString payload) {
    PeerRecord record = read(payload);
    if (record == null) {
      throw new NodeException(NodeError.PROTOCOL, "A peer record is not a well-formed message.");
    }
    return record;
  }

  /** Until when a record stands here, and when it has ended by any clock that is let in. */
  private record Life(Instant expires, Instant ends) {}

  /** The issuer's clock may be as far behind ours as ahead of it, and costs no record its ttl. */
  private static Life life(PeerRecord record, String who, Instant now) {
    require(record.getSequence() > 0, who, "has no sequence number");
    require(record.getIssuedMs() > 0, who, "has no time of issue");
    long ttl = Integer.toUnsignedLong(record.getTtlSeconds());
    require(
        ttl > 0 && ttl <= VerifiedRecord.MAX_TTL.toSeconds(),
        who,
        "stands for "
            + ttl
            + " s, and 1 to "
            + VerifiedRecord.MAX_TTL.toSeconds()
            + " are allowed");
    Instant issued = Instant.ofEpochMilli(record.getIssuedMs());
    require(
        !issued.isAfter(now.plus(VerifiedRecord.SKEW)),
        who,
        "was issued in the future; check the clocks of both machines");
    Instant ends = issued.plus(Duration.ofSeconds(ttl)).plus(VerifiedRecord.SKEW);
    require(ends.isAfter(now), who, "has expired");
    Instant fromNow = now.plus(Duration.ofSeconds(ttl));
    return new Life(fromNow.isBefore(ends) ? fromNow : ends, ends);
  }

  private static void ids(PeerRecord record, String who) {
    require(record.getModelId().size() == HASH_BYTES, who, "names no model");
    require(emptyOrHash(record.getNumerics()), who, "has a malformed numerics hash");
    require(allOf(record.getRelaysList(), NodeId.BYTES), who, "has malformed or too many relays");
    require(allOf(record.getAdaptersList(), HASH_BYTES), who, "has malformed or too many adapters");
    require(record.getRttCount() <= MAX_RTT_SAMPLES, who, "has too many round-trip samples");
    for (RttSample sample : record.getRttList()) {
      require(sample.getPeer().size() == NodeId.BYTES, who, "has a malformed round-trip sample");
    }
  }

  private static void texts(PeerRecord record, String who) {
    String quantisation = record.getQuantisation();
    require(
        quantisation.length() <= MAX_TEXT && Text.isPrintableAscii(quantisation),
        who,
        "has a malformed name of its quantisation");
    String url = record.getMetricsUrl();
    boolean http = url.startsWith("http://") || url.startsWith("https://");
    require(
        url.isEmpty() || http && url.length() <= MAX_TEXT && Text.isPrintableAscii(url),
        who,
        "has a malformed address of its metrics");
  }

  private static void numbers(PeerRecord record, String who) {
    float rate = record.getRowsPerSecond();
    require(Float.isFinite(rate) && rate >= 0, who, "has an impossible rate");
    require(record.getMaxLength() >= 0, who, "has an impossible maximum length");
    require(
        record.getFreeKvPages() >= 0 && record.getQueueDepth() >= 0, who, "has an impossible load");
    boolean known =
        switch (record.getStatus()) {
          case PEER_STATUS_SERVING, PEER_STATUS_DRAINING -> true;
          case PEER_STATUS_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    require(known, who, "has an unknown status");
  }

  private static Span span(BlockRange range, String who) {
    require(isSpan(range), who, "has no range of blocks");
    return new Span(range.getStart(), range.getEnd());
  }

  /** Unsigned values above the largest int come out negative, and are refused with the rest. */
  static boolean isSpan(BlockRange range) {
    return range.getStart() >= 0
        && range.getEnd() > range.getStart()
        && range.getEnd() <= MAX_BLOCKS;
  }

  private static List<PeerAddress.HostPort> endpoints(PeerRecord record, String who) {
    require(
        record.getEndpointsCount() <= MAX_ENDPOINTS
            && record.getEndpointsCount() + record.getRelaysCount() > 0,
        who,
        "has no endpoint or too many");
    List<PeerAddress.HostPort> endpoints = new ArrayList<>();
    for (Endpoint endpoint : record.getEndpointsList()) {
      try {
        endpoints.add(new PeerAddress.HostPort(endpoint.getHost(), endpoint.getPort()));
      } catch (NodeException e) {
        throw new NodeException(NodeError.PROTOCOL, who + ": " + e.getMessage());
      }
    }
    return endpoints;
  }

  static boolean emptyOrHash(ByteString bytes) {
    return bytes.isEmpty() || bytes.size() == HASH_BYTES;
  }

  private static boolean allOf(List<ByteString> ids, int bytes) {
    return ids.size() <= MAX_IDS && ids.stream().allMatch(id -> id.size() == bytes);
  }

  private static void require(boolean holds, String who, String what) {
    if (!holds) {
      throw new NodeException(NodeError.PROTOCOL, who + " " + what + ".");
    }
  }

  private RecordCheck() {}
}
