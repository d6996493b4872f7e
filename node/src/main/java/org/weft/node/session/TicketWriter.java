package org.weft.node.session;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Instant;
import org.weft.crypto.NodeKey;
import org.weft.node.routing.Route;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.SessionId;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.BlockRange;
import org.weft.protocol.v1.KvType;
import org.weft.protocol.v1.Limits;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.TicketHop;
import org.weft.shard.model.Span;

/** Writes and signs the tickets of one gateway (DESIGN §6). Immutable; any thread. */
final class TicketWriter {
  private final NodeKey key;
  private final NetworkId network;
  private final ChainModel model;
  private final ChainConfig config;
  private final Clock clock;

  TicketWriter(NodeKey key, NetworkId network, ChainModel model, ChainConfig config, Clock clock) {
    this.key = key;
    this.network = network;
    this.model = model;
    this.config = config;
    this.clock = clock;
  }

  VerifiedTicket write(SessionId session, long epoch, Route route, ChainLimits limits) {
    Instant now = clock.instant();
    ByteString self = ByteString.copyFrom(key.id().bytes());
    Ticket.Builder ticket =
        Ticket.newBuilder()
            .setNetworkId(ByteString.copyFrom(network.bytes()))
            .setSessionId(ByteString.copyFrom(session.bytes()))
            .setEpoch(epoch)
            .setModelId(ByteString.copyFrom(model.id().bytes()))
            .setNumerics(model.numerics())
            .setKvType(kvType())
            .addAllRoundings(model.roundings())
            .setGateway(self)
            .setCollector(self)
            .setLimits(limits(limits))
            .setProtocolVersion(Wire.VERSION)
            .setIssuedMs(now.toEpochMilli())
            .setExpiresMs(now.plus(config.ticketLife()).toEpochMilli());
    for (Route.Hop hop : route.hops()) {
      ticket.addHops(
          TicketHop.newBuilder().setRecord(hop.record().signed()).setSpan(range(hop.span())));
    }
    return VerifiedTicket.sign(key, ticket.build(), network, now);
  }

  static BlockRange range(Span span) {
    return BlockRange.newBuilder().setStart(span.start()).setEnd(span.end()).build();
  }

  private static Limits limits(ChainLimits limits) {
    // A mended chain goes back to the last accepted result, behind everything in flight.
    long rewind = (long) limits.maxInFlight() * limits.chunkRows();
    return Limits.newBuilder()
        .setMaxLength(limits.maxLength())
        .setMaxInFlight(limits.maxInFlight())
        .setMaxStepRows(limits.chunkRows())
        .setMaxRewind((int) Math.min(limits.maxLength(), rewind))
        .build();
  }

  private KvType kvType() {
    return switch (model.kvType()) {
      case F16 -> KvType.KV_TYPE_F16;
      case Q8_0 -> KvType.KV_TYPE_Q8_0;
    };
  }
}
