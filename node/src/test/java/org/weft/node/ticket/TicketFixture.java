package org.weft.node.ticket;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.time.Instant;
import org.weft.crypto.Domain;
import org.weft.crypto.NodeKey;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.BlockRange;
import org.weft.protocol.v1.Endpoint;
import org.weft.protocol.v1.KvType;
import org.weft.protocol.v1.Limits;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.PeerStatus;
import org.weft.protocol.v1.Rounding;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.TicketHop;

/** Records and tickets that pass, for tests to break one thing in. */
public final class TicketFixture {
  public static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  public static final NetworkId NETWORK = NetworkId.named("test");
  public static final ByteString MODEL = ByteString.copyFrom(new byte[32]);

  public final NodeKey gateway = key();
  public final NodeKey first = key();
  public final NodeKey second = key();

  public static NodeKey key() {
    return NodeKey.generate(new SecureRandom());
  }

  public static PeerRecord.Builder record(NodeKey key, int start, int end) {
    return PeerRecord.newBuilder()
        .setNetworkId(ByteString.copyFrom(NETWORK.bytes()))
        .setNodeId(id(key))
        .setSequence(NOW.toEpochMilli())
        .setIssuedMs(NOW.toEpochMilli())
        .setTtlSeconds(30)
        .addEndpoints(Endpoint.newBuilder().setHost("127.0.0.1").setPort(7000))
        .setModelId(MODEL)
        .setSpan(range(start, end))
        .setStatus(PeerStatus.PEER_STATUS_SERVING)
        .setProtocolVersion(Wire.VERSION)
        .setMaxLength(2048);
  }

  public static Signed signed(NodeKey key, PeerRecord.Builder record) {
    return SignedBytes.sign(key, Domain.PEER_RECORD, record.build().toByteArray());
  }

  public static BlockRange range(int start, int end) {
    return BlockRange.newBuilder().setStart(start).setEnd(end).build();
  }

  public static ByteString id(NodeKey key) {
    return ByteString.copyFrom(key.id().bytes());
  }

  public static TicketHop.Builder hop(NodeKey key, int start, int end) {
    return TicketHop.newBuilder()
        .setRecord(signed(key, record(key, start, end)))
        .setSpan(range(start, end));
  }

  /** Two hops, blocks 0:4 and 4:9. */
  public Ticket.Builder ticket() {
    return Ticket.newBuilder()
        .setNetworkId(ByteString.copyFrom(NETWORK.bytes()))
        .setSessionId(ByteString.copyFrom(new byte[16]))
        .setEpoch(3)
        .setModelId(MODEL)
        .setKvType(KvType.KV_TYPE_F16)
        .addHops(hop(first, 0, 4))
        .addHops(hop(second, 4, 9))
        .addRoundings(rounding(4, RowFormat.ROW_FORMAT_F16))
        .setGateway(id(gateway))
        .setCollector(id(gateway))
        .setLimits(
            Limits.newBuilder()
                .setMaxLength(2048)
                .setMaxInFlight(4)
                .setMaxStepRows(256)
                .setMaxRewind(16))
        .setProtocolVersion(Wire.VERSION)
        .setIssuedMs(NOW.toEpochMilli())
        .setExpiresMs(NOW.plusSeconds(60).toEpochMilli());
  }

  public static Rounding rounding(int block, RowFormat format) {
    return Rounding.newBuilder().setBlock(block).setFormat(format).build();
  }

  public Signed signed(Ticket.Builder ticket) {
    return SignedBytes.sign(gateway, Domain.TICKET, ticket.build().toByteArray());
  }
}
