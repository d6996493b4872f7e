package org.weft.node.ticket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.node.ticket.TicketFixture.NETWORK;
import static org.weft.node.ticket.TicketFixture.NOW;
import static org.weft.node.ticket.TicketFixture.hop;
import static org.weft.node.ticket.TicketFixture.id;
import static org.weft.node.ticket.TicketFixture.key;
import static org.weft.node.ticket.TicketFixture.range;
import static org.weft.node.ticket.TicketFixture.record;
import static org.weft.node.ticket.TicketFixture.rounding;
import static org.weft.node.ticket.TicketFixture.signed;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.weft.crypto.Domain;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.KvType;
import org.weft.protocol.v1.Limits;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.TicketHop;
import org.weft.shard.model.Span;

class VerifiedTicketTest {
  private static final ByteString SHORT = ByteString.copyFrom(new byte[15]);

  private final TicketFixture fixture = new TicketFixture();

  @Test
  void shouldReadWhatWasSigned() {
    VerifiedTicket signed =
        VerifiedTicket.sign(fixture.gateway, fixture.ticket().build(), NETWORK, NOW);
    VerifiedTicket ticket = VerifiedTicket.verify(signed.signed(), NETWORK, NOW);
    assertEquals(signed, ticket);
    assertEquals(3, ticket.epoch());
    assertEquals(fixture.gateway.id(), ticket.gateway());
    assertEquals(fixture.gateway.id(), ticket.collector());
    assertEquals(new Span(4, 9), ticket.hops().get(1).span());
    assertEquals(fixture.second.id(), ticket.hops().get(1).record().node());
    assertEquals(fixture.gateway.id(), ticket.predecessor(0));
    assertEquals(fixture.first.id(), ticket.predecessor(1));
    assertEquals(NOW.plusSeconds(60), ticket.expires());
  }

  @Test
  void shouldRefuseWhenAnyByteIsAltered() {
    byte[] bytes = fixture.signed(fixture.ticket()).toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      byte[] altered = bytes.clone();
      altered[i] ^= (byte) (1 << i % 8);
      try {
        Signed parsed = Signed.parseFrom(altered);
        assertThrows(
            NodeException.class, () -> VerifiedTicket.verify(parsed, NETWORK, NOW), "byte " + i);
      } catch (InvalidProtocolBufferException e) {
        continue; // refused even earlier
      }
    }
  }

  @Test
  void shouldRefuseWhenSignedByAnotherOrForAnotherPurpose() {
    byte[] payload = fixture.ticket().build().toByteArray();
    assertRefused(NodeError.TICKET, SignedBytes.sign(key(), Domain.TICKET, payload), NOW);
    assertRefused(
        NodeError.TICKET, SignedBytes.sign(fixture.gateway, Domain.PEER_RECORD, payload), NOW);
    assertRefused(
        NodeError.TICKET,
        SignedBytes.sign(fixture.gateway, Domain.TICKET, new byte[] {1, 2, 3}),
        NOW);
    assertRefused(NodeError.TICKET, Signed.getDefaultInstance(), NOW);
  }

  @Test
  void shouldRefuseWhenFromAnotherSwarm() {
    Signed signed = fixture.signed(fixture.ticket());
    assertThrows(
        NodeException.class, () -> VerifiedTicket.verify(signed, NetworkId.named("other"), NOW));
  }

  @Test
  void shouldStandFromItsIssueToItsExpiry() {
    Signed signed = fixture.signed(fixture.ticket());
    assertRefused(NodeError.TICKET, signed, NOW.minusSeconds(31));
    VerifiedTicket.verify(signed, NETWORK, NOW.minusSeconds(30));
    VerifiedTicket.verify(signed, NETWORK, NOW.plusMillis(59_999));
    assertTrue(assertRefused(NodeError.TICKET, signed, NOW.plusSeconds(60)).contains("expired"));
  }

  /**
   * The records above end after 30 s, and 30 s of skew: a ticket made in that time may be used
   * later.
   */
  @Test
  void shouldJudgeRecordsAtTheTimeOfTheTickets() {
    Ticket.Builder late =
        fixture
            .ticket()
            .setIssuedMs(NOW.plusSeconds(60).toEpochMilli())
            .setExpiresMs(NOW.plusSeconds(90).toEpochMilli());
    assertTrue(
        assertRefused(NodeError.TICKET, fixture.signed(late), NOW.plusSeconds(60))
            .contains("hop 0"));
    VerifiedTicket.verify(
        fixture.signed(late.setIssuedMs(NOW.plusSeconds(59).toEpochMilli())),
        NETWORK,
        NOW.plusSeconds(80));
  }

  @Test
  void shouldRefuseAnotherVersionAsIncompatible() {
    for (int version : new int[] {0, Wire.VERSION + 1, -1}) {
      assertRefused(
          NodeError.INCOMPATIBLE,
          fixture.signed(fixture.ticket().setProtocolVersion(version)),
          NOW);
    }
  }

  @Test
  void shouldRefuseWhatItDoesNotKnowAsUnsupported() {
    Ticket.Builder feature = fixture.ticket().addFeatures("time-travel\u001b");
    assertFalse(
        assertRefused(NodeError.UNSUPPORTED, fixture.signed(feature), NOW).contains("\u001b"));
    Ticket.Builder adapter = fixture.ticket().setAdapterId(TicketFixture.MODEL);
    assertRefused(NodeError.UNSUPPORTED, fixture.signed(adapter), NOW);
    Ticket.Builder cache = fixture.ticket().setKvTypeValue(9);
    assertRefused(NodeError.UNSUPPORTED, fixture.signed(cache), NOW);
    Ticket.Builder none = fixture.ticket().setKvType(KvType.KV_TYPE_UNSPECIFIED);
    assertRefused(NodeError.UNSUPPORTED, fixture.signed(none), NOW);
  }

  @Test
  void shouldAllowPartOfASpanAndOneNodeTwice() {
    Ticket.Builder ticket =
        fixture
            .ticket()
            .clearHops()
            .addHops(hop(fixture.first, 0, 9).setSpan(range(0, 2)))
            .addHops(hop(fixture.second, 0, 9).setSpan(range(2, 6)))
            .addHops(hop(fixture.first, 0, 9).setSpan(range(6, 8)));
    VerifiedTicket.verify(fixture.signed(ticket), NETWORK, NOW);
  }

  @TestFactory
  Stream<DynamicTest> shouldRefuseWhenAFieldIsWrong() {
    Map<String, Consumer<Ticket.Builder>> faults =
        Map.ofEntries(
            Map.entry("other gateway", b -> b.setGateway(id(key()))),
            Map.entry("no network", b -> b.clearNetworkId()),
            Map.entry("short session", b -> b.setSessionId(SHORT)),
            Map.entry("huge epoch", b -> b.setEpoch(-1)),
            Map.entry("short model", b -> b.setModelId(SHORT)),
            Map.entry("other model", b -> b.setModelId(ByteString.copyFromUtf8("x".repeat(32)))),
            Map.entry("short numerics", b -> b.setNumerics(SHORT)),
            Map.entry("short collector", b -> b.setCollector(SHORT)),
            Map.entry("large admission", b -> b.setAdmission(ByteString.copyFrom(new byte[2000]))),
            Map.entry("no hops", b -> b.clearHops()),
            Map.entry("gap", b -> b.setHops(1, hop(fixture.second, 5, 9))),
            Map.entry("overlap", b -> b.setHops(1, hop(fixture.second, 3, 9))),
            Map.entry(
                "reversed", b -> b.setHops(1, hop(fixture.second, 4, 9).setSpan(range(4, 3)))),
            Map.entry("empty span", b -> b.setHops(1, hop(fixture.second, 4, 9).clearSpan())),
            Map.entry("starts late", b -> b.removeHops(0)),
            Map.entry("outside", b -> b.setHops(1, hop(fixture.second, 4, 8).setSpan(range(4, 9)))),
            Map.entry("forged record", b -> b.setHops(1, forged(record(fixture.second, 4, 9)))),
            Map.entry("foreign record", b -> b.setHops(1, foreign())),
            Map.entry("no record", b -> b.setHops(1, hop(fixture.second, 4, 9).clearRecord())),
            Map.entry("many hops", b -> many(b)),
            Map.entry("unordered", b -> b.addRoundings(rounding(3, RowFormat.ROW_FORMAT_F16))),
            Map.entry("twice", b -> b.addRoundings(rounding(4, RowFormat.ROW_FORMAT_Q8))),
            Map.entry("beyond", b -> b.addRoundings(rounding(10, RowFormat.ROW_FORMAT_F16))),
            Map.entry("huge", b -> b.addRoundings(rounding(-1, RowFormat.ROW_FORMAT_F16))),
            Map.entry("no format", b -> b.setRoundings(0, rounding(4, unspecified()))),
            Map.entry("no issue", b -> b.clearIssuedMs()),
            Map.entry("no expiry", b -> b.clearExpiresMs()),
            Map.entry("long life", b -> b.setExpiresMs(NOW.plusSeconds(901).toEpochMilli())),
            Map.entry("endless", b -> b.setExpiresMs(-1)),
            Map.entry("backwards", b -> b.setExpiresMs(NOW.toEpochMilli())),
            Map.entry("no limits", b -> b.clearLimits()),
            Map.entry("long", b -> limits(b, l -> l.setMaxLength(VerifiedTicket.MAX_LENGTH + 1))),
            Map.entry("huge length", b -> limits(b, l -> l.setMaxLength(-1))),
            Map.entry("in flight", b -> limits(b, l -> l.setMaxInFlight(65))),
            Map.entry("none in flight", b -> limits(b, l -> l.setMaxInFlight(0))),
            Map.entry("rows", b -> limits(b, l -> l.setMaxStepRows(4097))),
            Map.entry("no rows", b -> limits(b, l -> l.setMaxStepRows(0))),
            Map.entry("rewind", b -> limits(b, l -> l.setMaxRewind(2049))),
            Map.entry("huge rewind", b -> limits(b, l -> l.setMaxRewind(-1))),
            Map.entry(
                "many features",
                b -> b.addAllFeatures(Stream.generate(() -> "x").limit(33).toList())),
            Map.entry("large", b -> b.setAdmission(ByteString.copyFrom(new byte[200_000]))));
    return faults.entrySet().stream()
        .map(fault ->
            DynamicTest.dynamicTest(
                fault.getKey(),
                () -> {
                  Ticket.Builder builder = fixture.ticket();
                  fault.getValue().accept(builder);
                  assertRefused(NodeError.TICKET, fixture.signed(builder), NOW);
                  assertThrows(
                      NodeException.class,
                      () -> VerifiedTicket.sign(fixture.gateway, builder.build(), NETWORK, NOW));
                }));
  }

  private static RowFormat unspecified() {
    return RowFormat.ROW_FORMAT_UNSPECIFIED;
  }

  private TicketHop forged(PeerRecord.Builder record) {
    Signed good = signed(fixture.second, record);
    PeerRecord longer = record.setTtlSeconds(600).build();
    return hop(fixture.second, 4, 9)
        .setRecord(good.toBuilder().setPayload(longer.toByteString()))
        .build();
  }

  private TicketHop foreign() {
    PeerRecord.Builder record =
        record(fixture.second, 4, 9)
            .setNetworkId(ByteString.copyFrom(NetworkId.named("other").bytes()));
    return hop(fixture.second, 4, 9).setRecord(signed(fixture.second, record)).build();
  }

  private void many(Ticket.Builder builder) {
    builder.clearHops();
    for (int i = 0; i <= VerifiedTicket.MAX_HOPS; i++) {
      builder.addHops(hop(fixture.first, i, i + 1));
    }
  }

  private static void limits(Ticket.Builder builder, Consumer<Limits.Builder> change) {
    change.accept(builder.getLimitsBuilder());
  }

  private static String assertRefused(NodeError error, Signed signed, Instant now) {
    NodeException e =
        assertThrows(NodeException.class, () -> VerifiedTicket.verify(signed, NETWORK, now));
    assertEquals(error, e.error(), e.getMessage());
    return String.valueOf(e.getMessage());
  }
}
