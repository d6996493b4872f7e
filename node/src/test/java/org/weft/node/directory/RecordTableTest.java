package org.weft.node.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeKey;
import org.weft.node.directory.RecordTable.Offer;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.transport.SteppedTime;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.Signed;

class RecordTableTest {
  private final SteppedTime time = new SteppedTime(TicketFixture.NOW);
  private final NodeKey key = TicketFixture.key();

  private RecordTable table(int maxRecords, int maxPerNode) {
    return new RecordTable(
        new DirectoryConfig(
            TicketFixture.NETWORK,
            List.of(),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(3),
            maxRecords,
            maxPerNode,
            64),
        time.clock());
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
    assertEquals(Offer.STORED, table.offer(signed(key, record())));
    assertEquals(Offer.KNOWN, table.offer(signed(key, record())));
    assertEquals(Offer.KNOWN, table.offer(signed(key, record().setSequence(sequence - 1))));
    assertEquals(Offer.STORED, table.offer(signed(key, record().setSequence(sequence + 1))));
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
            signed(key, record().setIssuedMs(now - 31_000)),
            signed(key, record().setTtlSeconds(901)),
            good.toBuilder().setPayload(ByteString.copyFrom(new byte[1025])).build(),
            Signed.getDefaultInstance());
    for (int i = 0; i < bad.size(); i++) {
      assertEquals(Offer.REFUSED, table.offer(bad.get(i)), "bad record " + i);
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
    table.offer(signed(key, record()));
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
      assertEquals(expected, table.offer(signed(key, ofModel(key, model, 0))));
    }
    NodeKey second = TicketFixture.key();
    NodeKey third = TicketFixture.key();
    assertEquals(Offer.STORED, table.offer(signed(second, ofModel(second, 0, 0))));
    assertEquals(Offer.REFUSED, table.offer(signed(third, ofModel(third, 0, 0))));
    time.advance(Duration.ofSeconds(30));
    assertEquals(Offer.STORED, table.offer(signed(third, ofModel(third, 0, 30_000))));
    assertEquals(1, table.standing().size());
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
