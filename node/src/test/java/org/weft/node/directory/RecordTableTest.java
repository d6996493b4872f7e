package org.weft.node.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.directory.RecordTable.Offer;
import org.weft.node.directory.RecordTable.Source;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.SteppedTime;
import org.weft.protocol.v1.Endpoint;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.Signed;

class RecordTableTest {
  private final SteppedTime time = new SteppedTime(TicketFixture.NOW);
  private final NodeKey key = TicketFixture.key();

  private final Set<NodeId> proven = new HashSet<>();
  private final Source source = new Source(TicketFixture.key().id(), false);
  private final Source joined = new Source(TicketFixture.key().id(), true);

  /** With a joined peer's word for everything. */
  private Offer offer(RecordTable table, Signed record) {
    return table.offer(record, joined);
  }

  private RecordTable table(int maxRecords, int maxPerNode) {
    return table(maxRecords, maxPerNode, 2, 100);
  }

  private RecordTable table(int maxRecords, int maxPerNode, int maxPerSource, int maxPerRange) {
    return new RecordTable(
        new DirectoryConfig(
            TicketFixture.NETWORK,
            List.of(),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(3),
            maxRecords,
            maxPerNode,
            maxPerSource,
            maxPerRange,
            64),
        time.clock(),
        record -> proven.contains(record.node()));
  }

  private static Signed signed(NodeKey key, PeerRecord.Builder record) {
    return TicketFixture.signed(key, record);
  }

  private PeerRecord.Builder record() {
    return TicketFixture.record(key, 0, 3);
  }

  @Test
  void shouldStoreOnlyRecordsThatRise() {
    RecordTable table = table(10, 10);
    long sequence = record().getSequence();
    assertEquals(Offer.STORED, offer(table, signed(key, record())));
    assertEquals(Offer.KNOWN, offer(table, signed(key, record())));
    assertEquals(Offer.KNOWN, offer(table, signed(key, record().setSequence(sequence - 1))));
    assertEquals(Offer.STORED, offer(table, signed(key, record().setSequence(sequence + 1))));
    assertEquals(sequence + 1, table.standing().getFirst().sequence());
  }

  @Test
  void shouldRefuseWhatIsForgedAlteredForeignFutureOrTooLarge() {
    RecordTable table = table(10, 10);
    Signed good = signed(key, record());
    NodeKey other = TicketFixture.key();
    long now = TicketFixture.NOW.toEpochMilli();
    List<Signed> bad =
        List.of(
            signed(other, record()),
            good.toBuilder().setSignature(ByteString.copyFrom(new byte[64])).build(),
            good.toBuilder().setPayload(altered(good.getPayload())).build(),
            good.toBuilder().setSigner(TicketFixture.id(other)).build(),
            signed(
                key,
                record().setNetworkId(ByteString.copyFrom(NetworkId.named("elsewhere").bytes()))),
            signed(key, record().setIssuedMs(now + 31_000)),
            signed(key, record().setIssuedMs(now - 61_000)),
            signed(key, record().setTtlSeconds(901)),
            good.toBuilder().setPayload(ByteString.copyFrom(new byte[1025])).build(),
            Signed.getDefaultInstance());
    for (int i = 0; i < bad.size(); i++) {
      Offer offer = offer(table, bad.get(i));
      assertTrue(offer == Offer.REFUSED || offer == Offer.FORGED, "bad record " + i);
    }
    assertEquals(List.of(), table.standing());
  }

  private static ByteString altered(ByteString payload) {
    byte[] bytes = payload.toByteArray();
    bytes[bytes.length - 1] ^= 1;
    return ByteString.copyFrom(bytes);
  }

  @Test
  void shouldForgetRecordsWhenTheirTtlEnds() throws Exception {
    RecordTable table = table(10, 10);
    offer(table, signed(key, record()));
    time.advance(Duration.ofSeconds(29));
    assertEquals(1, table.standing().size());
    time.advance(Duration.ofSeconds(1));
    assertEquals(List.of(), table.standing());
  }

  @Test
  void shouldKeepNoMoreThanItsCapsAndMakeRoomWhenRecordsExpire() throws Exception {
    RecordTable table = table(3, 2);
    for (int model = 0; model < 3; model++) {
      Offer expected = model < 2 ? Offer.STORED : Offer.REFUSED;
      assertEquals(expected, offer(table, signed(key, ofModel(key, model, 0))));
    }
    NodeKey second = TicketFixture.key();
    NodeKey third = TicketFixture.key();
    proven.addAll(List.of(key.id(), second.id()));
    assertEquals(Offer.STORED, offer(table, signed(second, ofModel(second, 0, 0))));
    assertEquals(Offer.REFUSED, offer(table, signed(third, ofModel(third, 0, 0))));
    time.advance(Duration.ofSeconds(30));
    assertEquals(Offer.STORED, offer(table, signed(third, ofModel(third, 0, 30_000))));
    assertEquals(1, table.standing().size());
  }

  private static Signed at(String host, NodeKey key) {
    return signed(
        key,
        TicketFixture.record(key, 0, 3)
            .clearEndpoints()
            .addEndpoints(Endpoint.newBuilder().setHost(host).setPort(7000)));
  }

  @Test
  void shouldBoundWhatOnePeerTellsOfOthersButNotOfItself() {
    RecordTable table = table(100, 10);
    for (int i = 0; i < 3; i++) {
      Offer expected = i < 2 ? Offer.STORED : Offer.REFUSED;
      NodeKey stranger = TicketFixture.key();
      assertEquals(expected, table.offer(signed(stranger, record(stranger)), source));
    }
    NodeKey teller = TicketFixture.key();
    assertEquals(
        Offer.STORED, table.offer(signed(teller, record(teller)), new Source(teller.id(), false)));
    for (int i = 0; i < 5; i++) {
      NodeKey other = TicketFixture.key();
      assertEquals(Offer.STORED, table.offer(signed(other, record(other)), joined));
    }
  }

  private static PeerRecord.Builder record(NodeKey key) {
    return TicketFixture.record(key, 0, 3);
  }

  @Test
  void shouldBoundWhatOneRangeOfAddressesHolds() {
    RecordTable table = table(100, 10, 100, 2);
    for (String host : List.of("10.1.2.3", "10.1.2.4", "node.example.org", "b.Example.org")) {
      NodeKey one = TicketFixture.key();
      proven.add(one.id());
      assertEquals(Offer.STORED, offer(table, at(host, one)), host);
    }
    for (String host : List.of("10.1.2.5", "c.d.example.org")) {
      assertEquals(Offer.REFUSED, offer(table, at(host, TicketFixture.key())), host);
    }
    for (String host : List.of("10.1.3.5", "2001:db8:1::1", "2001:db8:1:2::1", "2001:db8:2::1")) {
      assertEquals(Offer.STORED, offer(table, at(host, TicketFixture.key())), host);
    }
    assertEquals(8, table.standing().size());
  }

  @Test
  void shouldLetTheUnprovenGiveWayWhenItIsFull() {
    RecordTable table = table(4, 10);
    proven.add(key.id());
    NodeKey honest = TicketFixture.key();
    offer(table, signed(key, record()));
    table.offer(signed(honest, record(honest)), new Source(honest.id(), false));
    for (int i = 0; i < 2; i++) {
      NodeKey free = TicketFixture.key();
      table.offer(signed(free, record(free)), source);
    }
    NodeKey late = TicketFixture.key();
    assertEquals(
        Offer.STORED, table.offer(signed(late, record(late)), new Source(late.id(), false)));
    List<NodeId> standing = table.standing().stream().map(VerifiedRecord::node).toList();
    assertEquals(4, standing.size());
    assertTrue(standing.containsAll(List.of(key.id(), honest.id(), late.id())));
  }

  @Test
  void shouldKeepANodeWhoseClockIsBehindForAsLongAsAnyOther() throws Exception {
    RecordTable table = table(10, 10);
    long issued = TicketFixture.NOW.toEpochMilli() - 29_000;
    assertEquals(Offer.STORED, offer(table, signed(key, record().setIssuedMs(issued))));
    time.advance(Duration.ofSeconds(29));
    assertEquals(1, table.standing().size());
    time.advance(Duration.ofSeconds(1));
    assertEquals(0, table.standing().size());
  }

  @Test
  void shouldNotTakeARecordBackOnceItsTtlIsOver() throws Exception {
    RecordTable table = table(10, 10);
    Signed record = signed(key, record());
    offer(table, record);
    time.advance(Duration.ofSeconds(40));
    assertEquals(Offer.KNOWN, offer(table, record));
    assertEquals(0, table.standing().size());
  }

  private static PeerRecord.Builder ofModel(NodeKey key, int model, long laterMillis) {
    byte[] id = new byte[32];
    id[0] = (byte) model;
    PeerRecord.Builder record = TicketFixture.record(key, 0, 3);
    return record
        .setModelId(ByteString.copyFrom(id))
        .setIssuedMs(record.getIssuedMs() + laterMillis)
        .setSequence(record.getSequence() + laterMillis);
  }
}
