package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.session.RealSwarm.Node;
import org.weft.node.ticket.SessionId;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.node.transport.GatherListener;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Signed;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/** Over real connections, what a ticket must be and who may present it; else nothing opens. */
final class RealTicketTest {
  private static final int ROOM = 60;
  private static RealModel model;

  private final RealSwarm swarm = new RealSwarm(model);
  private final SecureRandom random = new SecureRandom();
  private Node a;
  private Node b;
  private Transport gateway;

  @BeforeAll
  static void open() {
    model = RealModel.open();
  }

  @AfterAll
  static void closeModel() {
    model.close();
  }

  @BeforeEach
  void start() {
    a = swarm.node(0, 4);
    b = swarm.node(4, 8);
    gateway = swarm.gateway().wired();
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private VerifiedTicket ticket(NodeKey signer, ChainModel of, Clock clock, Route route) {
    ChainConfig config = ChainConfig.standard();
    ChainLimits limits = new ChainLimits(ROOM, 16, 8, 1L << 40, 1L << 40, 2, 20);
    return new TicketWriter(signer, RealSwarm.NETWORK, of, config, clock)
        .write(SessionId.random(random), 1, route, limits);
  }

  private Signed good() {
    return ticket(swarm.gateway, swarm.chainModel(), swarm.clock, swarm.route(a, b)).signed();
  }

  private void assertRefused(
      FaultCode code, Transport from, Node to, Signed ticket, int hop, String what) {
    RealLink link = new RealLink(from, to.address());
    link.open(ticket, hop);
    assertEquals(code, link.fault().getCode(), what);
    assertNothingHeld();
  }

  private void assertNothingHeld() {
    for (Node node : List.of(a, b)) {
      assertEquals(0, node.pages());
      assertEquals(0, node.server().metrics().sessions());
    }
  }

  @Test
  void shouldOpenWhatIsInOrder() {
    RealLink link = new RealLink(gateway, a.address());
    link.open(good(), 0);
    assertTrue(link.up().hasOpened());
    assertTrue(a.pages() > 0 && b.pages() > 0);
    link.cancel();
    swarm.awaitFreed(a, b);
  }

  @Test
  void shouldOpenNothingWhenTheTicketIsForgedOrAltered() throws Exception {
    Signed good = good();
    byte[] noise = new byte[64];
    random.nextBytes(noise);
    Signed forged = good.toBuilder().setSignature(ByteString.copyFrom(noise)).build();
    assertRefused(FaultCode.FAULT_CODE_TICKET, gateway, a, forged, 0, "random signature");
    // Signed in order, by one who is not the gateway that it names.
    Signed other =
        ticket(TicketFixture.key(), swarm.chainModel(), swarm.clock, swarm.route(a, b)).signed();
    Signed mixed = good.toBuilder().setSigner(other.getSigner()).build();
    assertRefused(FaultCode.FAULT_CODE_TICKET, gateway, a, mixed, 0, "another signer");
    assertRefused(FaultCode.FAULT_CODE_TICKET, gateway, a, other, 0, "another gateway");
    byte[] wire = good.toByteArray();
    int sent = 0;
    for (int at = 0; at < wire.length; at += Math.max(1, wire.length / 60)) {
      byte[] altered = wire.clone();
      altered[at] ^= (byte) (1 << (at % 8));
      Signed signed;
      try {
        signed = Signed.parseFrom(altered);
      } catch (InvalidProtocolBufferException broken) {
        continue; // grpc would not even carry it
      }
      RealLink link = new RealLink(gateway, a.address());
      link.open(signed, 0);
      assertEquals(FaultCode.FAULT_CODE_TICKET, link.fault().getCode(), "altered byte " + at);
      sent++;
    }
    assertTrue(sent > 40, sent + " alterations were tried");
    assertNothingHeld();
  }

  @Test
  void shouldOpenNothingWhenTheTicketHasExpired() {
    Instant then = swarm.clock.instant().minus(Duration.ofMinutes(5));
    Clock past = Clock.fixed(then, swarm.clock.getZone());
    Route route =
        new Route(
            List.of(claimed(a, a.span(), model.id, then), claimed(b, b.span(), model.id, then)));
    Signed expired = ticket(swarm.gateway, swarm.chainModel(), past, route).signed();
    assertRefused(FaultCode.FAULT_CODE_TICKET, gateway, a, expired, 0, "expired");
  }

  @Test
  void shouldOpenNothingWhenTheWrongPeerPresentsIt() {
    Signed good = good();
    assertRefused(FaultCode.FAULT_CODE_TICKET, swarm.stranger(), a, good, 0, "a thief");
    assertRefused(FaultCode.FAULT_CODE_TICKET, swarm.stranger(), b, good, 1, "at the tail");
    assertRefused(FaultCode.FAULT_CODE_TICKET, gateway, b, good, 1, "past the first hop");
    assertRefused(FaultCode.FAULT_CODE_TICKET, gateway, b, good, 0, "another's hop");
  }

  @Test
  void shouldOpenNothingOfAnotherModelOrSpan() {
    Instant now = swarm.clock.instant();
    byte[] bytes = model.id.bytes();
    bytes[0] ^= 1;
    ModelId otherId = ModelId.of(bytes);
    ChainModel usual = swarm.chainModel();
    ChainModel other =
        ChainModel.exact(
            otherId, "other", usual.blocks(), usual.width(), usual.context(), usual.kvType());
    Route elsewhere =
        new Route(List.of(claimed(a, a.span(), otherId, now), claimed(b, b.span(), otherId, now)));
    Signed wrongModel = ticket(swarm.gateway, other, swarm.clock, elsewhere).signed();
    assertRefused(FaultCode.FAULT_CODE_WRONG_MODEL, gateway, a, wrongModel, 0, "model");
    Route wide = new Route(List.of(claimed(a, new Span(0, 8), model.id, now)));
    Signed wrongSpan = ticket(swarm.gateway, usual, swarm.clock, wide).signed();
    assertRefused(FaultCode.FAULT_CODE_WRONG_SPAN, gateway, a, wrongSpan, 0, "span");
    // The fault of a hop further down comes up, and frees what had been reserved for nothing.
    Route low =
        new Route(
            List.of(
                claimed(a, new Span(0, 3), model.id, now),
                claimed(b, new Span(3, 8), model.id, now)));
    Signed tail = ticket(swarm.gateway, usual, swarm.clock, low).signed();
    RealLink link = new RealLink(gateway, a.address());
    link.open(tail, 0);
    var fault = link.fault();
    assertEquals(FaultCode.FAULT_CODE_WRONG_SPAN, fault.getCode());
    assertEquals(1, fault.getHop());
    swarm.awaitFreed(a, b);
  }

  /** What a node could have said of itself, whether it serves that or not. */
  private Route.Hop claimed(Node node, Span span, ModelId id, Instant at) {
    VerifiedRecord record =
        VerifiedRecord.sign(
            node.key(),
            swarm
                .says(span, node.transport().port())
                .setModelId(ByteString.copyFrom(id.bytes()))
                .setNetworkId(ByteString.copyFrom(RealSwarm.NETWORK.bytes()))
                .setNodeId(TicketFixture.id(node.key()))
                .setSequence(at.toEpochMilli())
                .setIssuedMs(at.toEpochMilli())
                .setTtlSeconds(600)
                .build());
    return new Route.Hop(record, span);
  }

  @Test
  void shouldLetNobodyCollectButTheCollectorThatTheTicketNames() throws Exception {
    int[] undisturbed = model.undisturbed(20, ROOM, 12);
    RealModel.Sentence sentence = model.new Sentence(20, ROOM);
    ChainSession session =
        swarm.sessions(RealSwarm.chunks(16)).open(swarm.route(a, b), ROOM, sentence.source());
    sentence.begin(session);
    for (long epoch : new long[] {0, 1, 2}) {
      Thief thief = new Thief();
      var stream = swarm.stranger().gather(b.address(), collect(session, epoch), thief);
      if (epoch == 2) {
        // It waits for an epoch that has not come, and is sent away when it does.
        session.mend(swarm.route(a, b));
      }
      Collected first = thief.heard.poll(20, TimeUnit.SECONDS);
      assertTrue(first != null && first.hasFault(), "epoch " + epoch + ": " + first);
      assertEquals(FaultCode.FAULT_CODE_TICKET, first.getFault().getCode());
      sentence.grow(session, 4);
      assertTrue(thief.heard.isEmpty(), () -> "epoch " + epoch + ": " + thief.heard);
      stream.cancel();
    }
    assertArrayEquals(undisturbed, sentence.tokens());
    session.close();
    swarm.awaitFreed(a, b);
  }

  private Collect collect(ChainSession session, long epoch) {
    return Collect.newBuilder()
        .setSessionId(ByteString.copyFrom(session.id().bytes()))
        .setGateway(TicketFixture.id(swarm.gateway))
        .setEpoch(epoch)
        .setSpan(TicketWriter.range(b.span()))
        .build();
  }

  /** Listens where it should hear nothing. */
  private static final class Thief implements GatherListener {
    final LinkedBlockingQueue<Collected> heard = new LinkedBlockingQueue<>();

    @Override
    public void received(Collected frame) {
      heard.add(frame);
    }

    @Override
    public void ended(@Nullable NodeException cause) {}
  }
}
