package org.weft.node.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.directory.Swarm.Member;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.PeerStatus;
import org.weft.protocol.v1.RecordSummary;
import org.weft.protocol.v1.Signed;

class JoinDirectoryTest {
  private final Swarm swarm = new Swarm();
  private final Member seed = swarm.serve(TicketFixture.key(), 0, 3);

  private void pass(int seconds) throws InterruptedException {
    swarm.time.advance(Duration.ofSeconds(seconds));
  }

  @Test
  void shouldSeeEachOtherWhenOneJoinsTheOther() throws Exception {
    Member other = swarm.serve(TicketFixture.key(), 3, 6, seed);
    pass(1);
    assertEquals(Swarm.ids(seed, other), seed.sees());
    assertEquals(Swarm.ids(seed, other), other.sees());
    assertEquals("", other.directory().joins().getFirst().sentence());
  }

  @Test
  void shouldLearnOfThoseWhoJoinedThroughTheSameSeed() throws Exception {
    Member b = swarm.serve(TicketFixture.key(), 3, 6, seed);
    pass(1);
    Member c = swarm.serve(TicketFixture.key(), 6, 9, seed);
    pass(1);
    assertEquals(Swarm.ids(seed, b, c), c.sees());
    assertEquals(Swarm.ids(seed, b, c), b.sees());
  }

  @Test
  void shouldKeepRecordsWhileTheyAreRenewedAndForgetThoseOfTheDead() throws Exception {
    Member b = swarm.serve(TicketFixture.key(), 3, 6, seed);
    pass(120);
    assertEquals(Swarm.ids(seed, b), seed.sees());
    swarm.network.kill(b.id());
    b.directory().close();
    pass(31);
    assertEquals(Swarm.ids(seed), seed.sees());
  }

  @Test
  void shouldLetAClientPullAndPublishNothing() throws Exception {
    Member client = swarm.client(seed);
    pass(1);
    client.directory().refresh();
    assertEquals(Swarm.ids(seed), client.sees());
    assertEquals(Swarm.ids(seed), seed.sees());
    assertEquals(1, client.directory().records(modelOfFixture()).size());
  }

  @Test
  void shouldJoinOnceAPeerThatWasDownComesUp() throws Exception {
    NodeKey lateKey = TicketFixture.key();
    Member late = new Member(lateKey, seed.transport(), seed.directory());
    Member early = swarm.serve(TicketFixture.key(), 3, 6, late);
    pass(3);
    assertFalse(early.directory().joins().getFirst().reached());
    assertTrue(early.directory().joins().getFirst().sentence().contains("cannot be reached"));
    List<JoinDirectory.Join> heard = new CopyOnWriteArrayList<>();
    early.directory().watch(heard::add);
    assertEquals(early.directory().joins(), heard);
    Member up = swarm.serve(lateKey, 0, 3);
    pass(10);
    assertEquals(2, heard.size(), heard.toString());
    assertTrue(heard.getLast().reached());
    assertTrue(early.directory().joins().getFirst().reached());
    assertEquals(Swarm.ids(up, early), up.sees());
  }

  @Test
  void shouldSayThatItDrainsWhenClosedAndThenBeForgotten() throws Exception {
    Member b = swarm.serve(TicketFixture.key(), 3, 6, seed);
    pass(1);
    b.directory().close();
    VerifiedRecord last =
        seed.directory().records().stream()
            .filter(record -> record.node().equals(b.id()))
            .findFirst()
            .orElseThrow();
    assertEquals(PeerStatus.PEER_STATUS_DRAINING, last.record().getStatus());
    pass(11);
    assertEquals(Swarm.ids(seed), seed.sees());
  }

  @Test
  void shouldProveAPeerByADialBeforeItIsRoutedTo() throws Exception {
    Member client = swarm.client(seed);
    NodeKey ghost = TicketFixture.key();
    // A valid record, with nobody behind its address.
    ExchangeReply unused =
        client
            .transport()
            .exchange(
                org.weft.node.transport.MemoryNetwork.address(seed.id()),
                ExchangeRequest.newBuilder()
                    .setNetworkId(ByteString.copyFrom(TicketFixture.NETWORK.bytes()))
                    .addRecords(TicketFixture.signed(ghost, TicketFixture.record(ghost, 3, 6)))
                    .build(),
                Duration.ofSeconds(1));
    pass(1);
    client.directory().refresh();
    List<VerifiedRecord> records = client.directory().records();
    assertEquals(2, records.size());
    for (VerifiedRecord record : records) {
      boolean real = record.node().equals(seed.id());
      assertEquals(real, client.directory().roundTrip(record).isPresent());
    }
  }

  @Test
  void shouldNoLongerRouteToAPeerThatStopsAnswering() throws Exception {
    Member b = swarm.serve(TicketFixture.key(), 3, 6, seed);
    Member client = swarm.client(seed);
    pass(1);
    client.directory().refresh();
    VerifiedRecord ofB =
        client.directory().records().stream()
            .filter(record -> record.node().equals(b.id()))
            .findFirst()
            .orElseThrow();
    assertTrue(client.directory().roundTrip(ofB).isPresent());
    swarm.network.cut(client.id(), b.id());
    pass(45);
    assertTrue(client.directory().roundTrip(ofB).isEmpty());
    assertEquals(Swarm.ids(seed, b), client.sees());
  }

  @Test
  void shouldRefuseAnotherSwarmAndOverlongExchanges() {
    NodeException other =
        assertThrows(
            NodeException.class,
            () ->
                seed.directory()
                    .exchange(
                        seed.id(),
                        ExchangeRequest.newBuilder()
                            .setNetworkId(ByteString.copyFrom(NetworkId.named("elsewhere").bytes()))
                            .build()));
    assertEquals(NodeError.INCOMPATIBLE, other.error());
    ExchangeRequest.Builder huge =
        ExchangeRequest.newBuilder()
            .setNetworkId(ByteString.copyFrom(TicketFixture.NETWORK.bytes()));
    for (int i = 0; i <= Wire.MAX_EXCHANGE_KNOWN; i++) {
      huge.addKnown(RecordSummary.getDefaultInstance());
    }
    assertEquals(
        NodeError.PROTOCOL,
        assertThrows(NodeException.class, () -> seed.directory().exchange(seed.id(), huge.build()))
            .error());
  }

  @Test
  void shouldLookNoFurtherWhenARecordIsForged() {
    NodeKey first = TicketFixture.key();
    NodeKey second = TicketFixture.key();
    Signed honest = TicketFixture.signed(second, TicketFixture.record(second, 3, 6));
    ExchangeRequest request =
        ExchangeRequest.newBuilder()
            .setNetworkId(ByteString.copyFrom(TicketFixture.NETWORK.bytes()))
            .addRecords(TicketFixture.signed(first, TicketFixture.record(first, 3, 6)))
            .addRecords(
                TicketFixture.signed(second, TicketFixture.record(second, 3, 6)).toBuilder()
                    .setSignature(ByteString.copyFrom(new byte[64])))
            .addRecords(honest)
            .build();
    var unused = seed.directory().exchange(TicketFixture.key().id(), request);
    List<NodeId> seen = seed.sees();
    assertTrue(seen.contains(first.id()));
    assertFalse(seen.contains(second.id()));
  }

  @Test
  void shouldAnswerOnlyWhatTheCallerLacks() throws Exception {
    pass(1);
    VerifiedRecord own = seed.directory().records().getFirst();
    ExchangeRequest.Builder request =
        ExchangeRequest.newBuilder()
            .setNetworkId(ByteString.copyFrom(TicketFixture.NETWORK.bytes()));
    assertEquals(
        List.of(own.signed()),
        seed.directory().exchange(seed.id(), request.build()).getRecordsList());
    RecordSummary.Builder known =
        RecordSummary.newBuilder()
            .setNodeId(Swarm.bytes(seed.id()))
            .setModelId(TicketFixture.MODEL)
            .setSequence(own.sequence() - 1);
    assertEquals(
        1, seed.directory().exchange(seed.id(), request.addKnown(known).build()).getRecordsCount());
    known.setSequence(own.sequence());
    assertEquals(
        0,
        seed.directory()
            .exchange(seed.id(), request.clearKnown().addKnown(known).build())
            .getRecordsCount());
  }

  @Test
  void shouldRiseAboveItsOwnRecordWhenTheClockWasAheadBeforeARestart() throws Exception {
    NodeKey key = TicketFixture.key();
    long ahead = TicketFixture.NOW.toEpochMilli() + 25_000;
    ExchangeRequest before =
        ExchangeRequest.newBuilder()
            .setNetworkId(ByteString.copyFrom(TicketFixture.NETWORK.bytes()))
            .addRecords(
                TicketFixture.signed(key, TicketFixture.record(key, 0, 3).setSequence(ahead)))
            .build();
    var unused = seed.directory().exchange(key.id(), before);
    swarm.serve(key, 3, 6, seed);
    pass(12);
    VerifiedRecord now =
        seed.directory().records().stream()
            .filter(record -> record.node().equals(key.id()))
            .findFirst()
            .orElseThrow();
    assertTrue(now.sequence() > ahead);
    assertEquals(3, now.span().start());
  }

  private static org.weft.shard.manifest.ModelId modelOfFixture() {
    return org.weft.shard.manifest.ModelId.of(TicketFixture.MODEL.toByteArray());
  }
}
