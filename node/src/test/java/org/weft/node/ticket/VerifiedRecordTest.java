package org.weft.node.ticket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.node.ticket.TicketFixture.NETWORK;
import static org.weft.node.ticket.TicketFixture.NOW;
import static org.weft.node.ticket.TicketFixture.id;
import static org.weft.node.ticket.TicketFixture.key;
import static org.weft.node.ticket.TicketFixture.range;
import static org.weft.node.ticket.TicketFixture.record;
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
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Endpoint;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.PeerStatus;
import org.weft.protocol.v1.RttSample;
import org.weft.protocol.v1.Signed;
import org.weft.shard.model.Span;

class VerifiedRecordTest {
  private static final ByteString SHORT = ByteString.copyFrom(new byte[31]);

  private final NodeKey key = key();

  @Test
  void shouldReadWhatWasSigned() {
    VerifiedRecord record = VerifiedRecord.sign(key, record(key, 3, 9).build());
    VerifiedRecord verified = VerifiedRecord.verify(record.signed(), NETWORK, NOW);
    assertEquals(key.id(), verified.node());
    assertEquals(new Span(3, 9), verified.span());
    assertEquals(NOW.plusSeconds(30), verified.expires());
    assertEquals(NOW.toEpochMilli(), verified.sequence());
    assertEquals(key.id() + "@127.0.0.1:7000", verified.address().toString());
    assertEquals(record, verified);
  }

  @Test
  void shouldRefuseWhenAnyByteIsAltered() {
    byte[] bytes = signed(key, record(key, 0, 4)).toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      for (int bit : new int[] {0x01, 0x80}) {
        byte[] altered = bytes.clone();
        altered[i] ^= (byte) bit;
        try {
          Signed parsed = Signed.parseFrom(altered);
          assertRefused(parsed, NOW);
        } catch (InvalidProtocolBufferException e) {
          continue; // refused even earlier
        }
      }
    }
  }

  @Test
  void shouldBoundLifeAndSkew() {
    Signed signed = signed(key, record(key, 0, 4));
    assertRefused(signed, NOW.minusSeconds(31));
    VerifiedRecord.verify(signed, NETWORK, NOW.minusSeconds(30));
    VerifiedRecord.verify(signed, NETWORK, NOW.plusMillis(59_999));
    assertTrue(assertRefused(signed, NOW.plusSeconds(60)).contains("expired"));
  }

  @Test
  void shouldStandForItsTtlFromReceiptButNotBeyondItsEnd() {
    Signed signed = signed(key, record(key, 0, 4));
    for (int late : new int[] {-30, 0, 29}) {
      assertEquals(
          NOW.plusSeconds(late + 30),
          VerifiedRecord.verify(signed, NETWORK, NOW.plusSeconds(late)).expires());
    }
    VerifiedRecord old = VerifiedRecord.verify(signed, NETWORK, NOW.plusSeconds(45));
    assertEquals(NOW.plusSeconds(60), old.expires());
    assertEquals(NOW.plusSeconds(60), old.ends());
  }

  @Test
  void shouldRefuseWhenSwarmSignerOrPurposeIsAnother() {
    Signed signed = signed(key, record(key, 0, 4));
    assertThrows(
        NodeException.class, () -> VerifiedRecord.verify(signed, NetworkId.named("other"), NOW));
    assertRefused(signed(key(), record(key, 0, 4)), NOW);
    byte[] payload = record(key, 0, 4).build().toByteArray();
    assertRefused(SignedBytes.sign(key, Domain.TICKET, payload), NOW);
    assertRefused(SignedBytes.sign(key, Domain.PEER_RECORD, new byte[] {1, 2, 3}), NOW);
  }

  @Test
  void shouldRefuseWhenEnvelopeIsBloated() {
    Signed signed = signed(key, record(key, 0, 4));
    var extra =
        com.google.protobuf.UnknownFieldSet.newBuilder()
            .addField(
                99,
                com.google.protobuf.UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFrom(new byte[4096]))
                    .build())
            .build();
    assertRefused(signed.toBuilder().setUnknownFields(extra).build(), NOW);
  }

  @TestFactory
  Stream<DynamicTest> shouldRefuseWhenAFieldIsWrong() {
    Map<String, Consumer<PeerRecord.Builder>> faults =
        Map.ofEntries(
            Map.entry("no sequence", b -> b.setSequence(0)),
            Map.entry("huge sequence", b -> b.setSequence(-1)),
            Map.entry("no issue", b -> b.setIssuedMs(0)),
            Map.entry("huge issue", b -> b.setIssuedMs(Long.MAX_VALUE)),
            Map.entry("negative issue", b -> b.setIssuedMs(Long.MIN_VALUE)),
            Map.entry("no ttl", b -> b.setTtlSeconds(0)),
            Map.entry("long ttl", b -> b.setTtlSeconds(901)),
            Map.entry("huge ttl", b -> b.setTtlSeconds(-1)),
            Map.entry("other node", b -> b.setNodeId(id(key()))),
            Map.entry("no node", b -> b.clearNodeId()),
            Map.entry("short model", b -> b.setModelId(SHORT)),
            Map.entry("no span", b -> b.clearSpan()),
            Map.entry("empty span", b -> b.setSpan(range(4, 4))),
            Map.entry("reversed span", b -> b.setSpan(range(4, 3))),
            Map.entry("huge span", b -> b.setSpan(range(0, 1 << 20))),
            Map.entry("negative span", b -> b.setSpan(range(-2, 4))),
            Map.entry("no endpoint", b -> b.clearEndpoints()),
            Map.entry("bad port", b -> b.addEndpoints(endpoint("a", 0))),
            Map.entry("huge port", b -> b.addEndpoints(endpoint("a", -1))),
            Map.entry("bad host", b -> b.addEndpoints(endpoint("a b", 1))),
            Map.entry("no host", b -> b.addEndpoints(endpoint("", 1))),
            Map.entry("many endpoints", b -> times(8, () -> b.addEndpoints(endpoint("a", 1)))),
            Map.entry("many relays", b -> times(9, () -> b.addRelays(id(key)))),
            Map.entry("short relay", b -> b.addRelays(SHORT)),
            Map.entry("short adapter", b -> b.addAdapters(SHORT)),
            Map.entry("short numerics", b -> b.setNumerics(SHORT)),
            Map.entry("many samples", b -> times(17, () -> b.addRtt(RttSample.newBuilder()))),
            Map.entry("short sample", b -> b.addRtt(RttSample.newBuilder().setPeer(SHORT))),
            Map.entry("NaN rate", b -> b.setRowsPerSecond(Float.NaN)),
            Map.entry("negative rate", b -> b.setRowsPerSecond(-1)),
            Map.entry("no status", b -> b.setStatus(PeerStatus.PEER_STATUS_UNSPECIFIED)),
            Map.entry("unknown status", b -> b.setStatusValue(77)),
            Map.entry("huge length", b -> b.setMaxLength(-1)),
            Map.entry("huge pages", b -> b.setFreeKvPages(-1)),
            Map.entry("huge queue", b -> b.setQueueDepth(-1)),
            Map.entry("control in name", b -> b.setQuantisation("Q8\u001b")),
            Map.entry("script url", b -> b.setMetricsUrl("javascript:alert(1)")),
            Map.entry("large", b -> b.setQuantisation("Q".repeat(1100))));
    return faults.entrySet().stream()
        .map(fault ->
            DynamicTest.dynamicTest(
                fault.getKey(),
                () -> {
                  PeerRecord.Builder builder = record(key, 0, 4);
                  fault.getValue().accept(builder);
                  assertRefused(signed(key, builder), NOW);
                  NodeException own =
                      assertThrows(
                          NodeException.class,
                          () -> {
                            VerifiedRecord made = VerifiedRecord.sign(key, builder.build());
                            VerifiedRecord.verify(made.signed(), NETWORK, NOW);
                          });
                  assertFalse(String.valueOf(own.getMessage()).isEmpty());
                }));
  }

  @Test
  void shouldAcceptANodeThatIsReachedThroughRelaysAlone() {
    Signed signed = signed(key, record(key, 0, 4).clearEndpoints().addRelays(id(key())));
    assertEquals(0, VerifiedRecord.verify(signed, NETWORK, NOW).address().endpoints().size());
  }

  private static Endpoint.Builder endpoint(String host, int port) {
    return Endpoint.newBuilder().setHost(host).setPort(port);
  }

  private static void times(int count, Runnable action) {
    for (int i = 0; i < count; i++) {
      action.run();
    }
  }

  private static String assertRefused(Signed signed, Instant now) {
    NodeException e =
        assertThrows(NodeException.class, () -> VerifiedRecord.verify(signed, NETWORK, now));
    String sentence = String.valueOf(e.getMessage());
    boolean forged = sentence.contains("does not bear the signature");
    assertEquals(forged ? NodeError.WRONG_PEER : NodeError.PROTOCOL, e.error());
    return sentence;
  }
}
