package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeKey;
import org.weft.node.directory.FixedDirectory;
import org.weft.node.routing.Route;
import org.weft.node.ticket.SessionId;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.Limits;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Ticket;
import org.weft.shard.model.KvType;
import org.weft.shard.model.Span;

class TicketWriterTest {
  @Test
  void shouldSetEveryFieldOfATicket() {
    NodeKey gateway = TicketFixture.key();
    ByteString numerics = ByteString.copyFrom(new byte[32]);
    ChainModel model =
        new ChainModel(
            ChainFixture.MODEL,
            "m",
            9,
            8,
            4096,
            KvType.Q8_0,
            numerics,
            List.of(TicketFixture.rounding(4, RowFormat.ROW_FORMAT_F16)));
    Clock clock = Clock.fixed(TicketFixture.NOW, ZoneOffset.UTC);
    TicketWriter writer =
        new TicketWriter(gateway, TicketFixture.NETWORK, model, ChainConfig.standard(), clock);
    FixedDirectory directory = new FixedDirectory();
    Duration near = Duration.ofMillis(1);
    VerifiedRecord first = directory.add(TicketFixture.key(), "a", edit -> {}, 0, 4, near);
    VerifiedRecord second = directory.add(TicketFixture.key(), "b", edit -> {}, 2, 9, near);
    Route route =
        new Route(
            List.of(new Route.Hop(first, new Span(0, 4)), new Route.Hop(second, new Span(4, 9))));
    SessionId session = SessionId.random(new SecureRandom());
    ChainLimits limits = new ChainLimits(2048, 64, 8, 1, 1, 1, 1);

    VerifiedTicket ticket =
        VerifiedTicket.verify(
            writer.write(session, 5, route, limits).signed(),
            TicketFixture.NETWORK,
            TicketFixture.NOW);

    Ticket said = ticket.ticket();
    assertEquals(session, ticket.session());
    assertEquals(5, ticket.epoch());
    assertEquals(ChainFixture.MODEL, ticket.model());
    assertEquals(gateway.id(), ticket.gateway());
    assertEquals(gateway.id(), ticket.collector());
    assertEquals(numerics, said.getNumerics());
    assertEquals(org.weft.protocol.v1.KvType.KV_TYPE_Q8_0, said.getKvType());
    assertEquals(model.roundings(), said.getRoundingsList());
    assertEquals(Wire.VERSION, said.getProtocolVersion());
    assertEquals(60_000, said.getExpiresMs() - said.getIssuedMs());
    assertEquals(
        Limits.newBuilder()
            .setMaxLength(2048)
            .setMaxInFlight(8)
            .setMaxStepRows(64)
            .setMaxRewind(512)
            .build(),
        said.getLimits());
    assertEquals(
        List.of(first.signed(), second.signed()),
        said.getHopsList().stream().map(hop -> hop.getRecord()).toList());
    assertEquals(
        List.of(new Span(0, 4), new Span(4, 9)),
        ticket.hops().stream().map(VerifiedTicket.Hop::span).toList());
  }

  @Test
  void shouldFitStepsToTheWire() {
    ChainConfig config = ChainConfig.standard();
    assertEquals(64, RowSender.chunkRows(width(576), config));
    assertEquals(32, RowSender.chunkRows(width(8192), config));
    assertEquals(1, RowSender.chunkRows(width(1 << 18), config));
  }

  private static ChainModel width(int width) {
    return ChainModel.exact(ChainFixture.MODEL, "m", 1, width, 1, KvType.F16);
  }
}
