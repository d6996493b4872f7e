package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.ticket.TicketFixture;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.KvType;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.Up;
import org.weft.protocol.v1.Want;

/** Who may open what, and what is left where nobody may. */
final class OpeningTest {
  private final TestSwarm swarm = new TestSwarm();

  @AfterEach
  void close() {
    swarm.close();
  }

  private void assertRefused(FaultCode code, TestGateway.Link link) {
    assertEquals(code, link.fault().getCode());
    link.awaitEndOfChain();
  }

  private void assertRefused(
      FaultCode code, TestSwarm.Node node, UnaryOperator<Ticket.Builder> change) {
    assertRefused(code, swarm.gateway().open(change, 1, 0, node));
    swarm.awaitFreed();
  }

  @Test
  void shouldOpenNothingWhenAnyByteOfTheTicketIsAltered() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    Signed good = swarm.sign(gateway.key, gateway.ticket(1, node));
    byte[] wire = good.toByteArray();
    for (int at = 0; at < wire.length; at += 7) {
      byte[] altered = wire.clone();
      altered[at] ^= 0x10;
      Signed signed;
      try {
        signed = Signed.parseFrom(altered);
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        continue;
      }
      TestGateway.Link link = gateway.new Link(1, node);
      link.dial();
      link.open(signed, 0);
      assertTrue(link.fault().getCode() != FaultCode.FAULT_CODE_UNSPECIFIED, "altered byte " + at);
      link.awaitEndOfChain();
    }
    assertEquals(0, node.compute.usedPages());
    TestGateway.Link link = gateway.new Link(1, node);
    link.dial();
    link.open(good, 0);
    link.opened();
  }

  @Test
  void shouldRefuseATicketOfAnotherGatewaysKey() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    TestGateway thief = swarm.gateway();
    Signed stolen = swarm.sign(gateway.key, gateway.ticket(1, node));
    TestGateway.Link link = thief.new Link(1, node);
    link.dial();
    link.open(stolen, 0);
    assertRefused(FaultCode.FAULT_CODE_TICKET, link);
    swarm.awaitFreed();
  }

  @Test
  void shouldRefuseWhenTheHopIsAnotherOrNone() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestSwarm.Node second = swarm.node(4, 9);
    TestGateway gateway = swarm.gateway();
    Signed ticket = swarm.sign(gateway.key, gateway.ticket(1, first, second));
    for (int hop : new int[] {1, 2, -1}) {
      TestGateway.Link link = gateway.new Link(1, first);
      link.dial();
      link.send(Down.newBuilder().setOpen(Open.newBuilder().setTicket(ticket).setHop(hop)).build());
      assertRefused(FaultCode.FAULT_CODE_TICKET, link);
    }
    // The gateway is not the predecessor of the second hop.
    TestGateway.Link link = gateway.new Link(1, second);
    link.dial();
    link.send(Down.newBuilder().setOpen(Open.newBuilder().setTicket(ticket).setHop(1)).build());
    assertRefused(FaultCode.FAULT_CODE_TICKET, link);
    swarm.awaitFreed();
  }

  @Test
  void shouldRefuseWhatItDoesNotServe() {
    TestSwarm.Node node = swarm.node(0, 4);
    assertRefused(FaultCode.FAULT_CODE_UNSUPPORTED, node, t -> t.setKvType(KvType.KV_TYPE_Q8_0));
    assertRefused(
        FaultCode.FAULT_CODE_UNSUPPORTED,
        node,
        t -> t.setNumerics(ByteString.copyFrom(new byte[32])));
    assertRefused(
        FaultCode.FAULT_CODE_TOO_LONG,
        node,
        t -> t.setLimits(t.getLimitsBuilder().setMaxLength(2049)));
    TestGateway gateway = swarm.gateway();
    Ticket.Builder moreBlocks = gateway.ticket(1, node);
    moreBlocks.setHops(
        0,
        TicketFixture.hop(node.key, 0, 5)
            .setRecord(TicketFixture.signed(node.key, TicketFixture.record(node.key, 0, 5))));
    TestGateway.Link link = gateway.new Link(1, node);
    link.dial();
    link.open(swarm.sign(gateway.key, moreBlocks), 0);
    assertRefused(FaultCode.FAULT_CODE_WRONG_SPAN, link);

    ByteString otherModel =
        ByteString.copyFrom(new byte[] {1}).concat(TicketFixture.MODEL.substring(1));
    Ticket.Builder wrongModel = gateway.ticket(1, node).setModelId(otherModel);
    wrongModel.setHops(
        0,
        TicketFixture.hop(node.key, 0, 4)
            .setRecord(
                TicketFixture.signed(
                    node.key, TicketFixture.record(node.key, 0, 4).setModelId(otherModel))));
    TestGateway.Link wrong = gateway.new Link(1, node);
    wrong.dial();
    wrong.open(swarm.sign(gateway.key, wrongModel), 0);
    assertRefused(FaultCode.FAULT_CODE_WRONG_MODEL, wrong);

    TestGateway.Link beyond = gateway.open(1, 257, node);
    assertRefused(FaultCode.FAULT_CODE_PROTOCOL, beyond);
    TestGateway.Link standby = gateway.new Link(1, node);
    standby.dial();
    standby.send(
        Down.newBuilder()
            .setOpen(
                Open.newBuilder()
                    .setTicket(swarm.sign(gateway.key, gateway.ticket(1, node)))
                    .setStandby(true))
            .build());
    assertRefused(FaultCode.FAULT_CODE_UNSUPPORTED, standby);
    swarm.awaitFreed();
  }

  @Test
  void shouldRefuseWhenTheTicketHasExpired() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    Signed ticket = swarm.sign(gateway.key, gateway.ticket(1, node));
    swarm.timers.advance(Duration.ofSeconds(61));
    TestGateway.Link link = gateway.new Link(1, node);
    link.dial();
    link.open(ticket, 0);
    assertRefused(FaultCode.FAULT_CODE_TICKET, link);
  }

  @Test
  void shouldSayWhenToComeAgainWhenPagesAreShort() {
    // 256 positions take 8 pages of 32.
    TestSwarm.Node node = swarm.node(0, 4, TestSwarm.CONFIG, 17);
    TestGateway gateway = swarm.gateway();
    gateway.openNew(node);
    gateway.nextSession().openNew(node);
    Fault fault = gateway.nextSession().open(1, 0, node).fault();
    assertEquals(FaultCode.FAULT_CODE_OUT_OF_CACHE, fault.getCode());
    assertFalse(fault.getPermanent());
    assertTrue(fault.getRetryMs() > 0);
    assertEquals(16, node.server.metrics().kvPagesUsed());
    assertEquals(1L, node.server.metrics().faults().get(FaultCode.FAULT_CODE_OUT_OF_CACHE));
  }

  @Test
  void shouldFreeTheWholeChainWhenOneHopRefuses() {
    TestSwarm.Node first = swarm.node(0, 3);
    TestSwarm.Node second = swarm.node(3, 6);
    TestSwarm.Node third = swarm.node(6, 9, TestSwarm.CONFIG, 7);
    TestGateway.Link link = swarm.gateway().open(1, 0, first, second, third);
    Fault fault = link.fault();
    assertEquals(FaultCode.FAULT_CODE_OUT_OF_CACHE, fault.getCode());
    assertEquals(2, fault.getHop());
    assertEquals(1, fault.getEpoch());
    swarm.awaitFreed();
  }

  @Test
  void shouldNameTheHopThatCannotBeReached() {
    TestSwarm.Node first = swarm.node(0, 3);
    TestSwarm.Node second = swarm.node(3, 6);
    TestSwarm.Node third = swarm.node(6, 9);
    swarm.net.kill(third.id());
    Fault fault = swarm.gateway().open(1, 0, first, second, third).fault();
    assertEquals(FaultCode.FAULT_CODE_NEXT_HOP, fault.getCode());
    assertEquals(1, fault.getHop());
    swarm.awaitFreed();
  }

  @Test
  void shouldGiveUpOpeningWhenTheNextHopStaysSilent() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestSwarm.Node second = swarm.node(4, 9);
    swarm.net.hold();
    TestGateway.Link link = swarm.gateway().open(1, 0, first, second);
    Await.that("the Open arrives", () -> swarm.net.release(1) == 1);
    Await.that("the next hop is dialled", () -> swarm.timers.pending() > 0);
    Await.that("its Open waits", () -> swarm.net.waiting() > 0);
    swarm.timers.advance(Duration.ofSeconds(5));
    swarm.net.resume();
    Fault fault = link.fault();
    assertEquals(FaultCode.FAULT_CODE_NEXT_HOP, fault.getCode());
    assertEquals(0, fault.getHop());
    Await.that("the first hop is free", () -> first.compute.usedPages() == 0);
  }

  @Test
  void shouldCapSessionsByNodeGatewayAndPredecessor() {
    BlockServerConfig.Caps caps =
        new BlockServerConfig.Caps(4, 3, 2, 8, 8, 1 << 20, 1 << 20, 4, 2, 16);
    BlockServerConfig config =
        new BlockServerConfig(
            TestSwarm.CONFIG.kvType(), 2048, 64, 4, caps, TestSwarm.CONFIG.waits());
    TestSwarm.Node node = swarm.node(0, 4, config, 256);
    TestGateway one = swarm.gateway();
    one.openNew(node);
    one.nextSession().openNew(node);
    assertRefused(FaultCode.FAULT_CODE_OVERLOADED, one.nextSession().open(1, 0, node));
    TestGateway two = swarm.gateway();
    two.openNew(node);
    two.nextSession().openNew(node);
    assertRefused(FaultCode.FAULT_CODE_OVERLOADED, swarm.gateway().open(1, 0, node));

    TestSwarm.Node front = swarm.node(0, 4);
    TestSwarm.Node behind = swarm.node(4, 9, config, 256);
    for (int i = 0; i < 3; i++) {
      swarm.gateway().openNew(front, behind);
    }
    Fault fault = swarm.gateway().open(1, 0, front, behind).fault();
    assertEquals(FaultCode.FAULT_CODE_OVERLOADED, fault.getCode());
    assertEquals(1, fault.getHop());
  }

  @Test
  void shouldOpenOnceByOneTicket() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    Signed ticket = swarm.sign(gateway.key, gateway.ticket(2, node));
    TestGateway.Link link = gateway.new Link(2, node);
    link.dial();
    link.open(ticket, 0);
    link.opened();
    for (long epoch : new long[] {1, 2}) {
      assertRefused(FaultCode.FAULT_CODE_STALE_EPOCH, gateway.open(epoch, 0, node));
    }
    // The session did not notice.
    link.gather();
    link.step(0, Want.WANT_ALL, TestSwarm.rows(1, 1));
    link.result();
    link.close();
    assertTrue(link.up().hasClosed());
    TestGateway.Link again = gateway.new Link(2, node);
    again.dial();
    again.open(ticket, 0);
    assertRefused(FaultCode.FAULT_CODE_CLOSED, again);
    swarm.awaitFreed();
  }

  @Test
  void shouldForgetAClosedSessionWhenItsTicketHasExpired() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.openNew(node);
    link.close();
    assertTrue(link.up().hasClosed());
    assertRefused(FaultCode.FAULT_CODE_CLOSED, gateway.open(1, 0, node));
    swarm.timers.advance(Duration.ofMinutes(2));
    gateway.openNew(node);
  }

  @Test
  void shouldRefuseAnOldEpochWhoseBlocksAreCutOtherwise() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    gateway.open(5, 0, node).opened();
    TestGateway.Link part =
        gateway.open(
            ticket ->
                ticket.setHops(0, ticket.getHopsBuilder(0).setSpan(TicketFixture.range(0, 2))),
            4,
            0,
            node);
    assertRefused(FaultCode.FAULT_CODE_STALE_EPOCH, part);
  }

  @Test
  void shouldRefuseNewSessionsAndTellOldOnesWhenDraining() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestSwarm.Node second = swarm.node(4, 9);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.openNew(first, second);
    second.server.drain(123_456);
    var up = link.up();
    assertTrue(up.hasDraining(), up::toString);
    assertEquals(1, up.getDraining().getHop());
    assertEquals(123_456, up.getDraining().getByUnixMs());
    assertTrue(second.server.metrics().draining());
    Fault fault = gateway.nextSession().open(1, 0, first, second).fault();
    assertEquals(FaultCode.FAULT_CODE_DRAINING, fault.getCode());
    assertEquals(1, fault.getHop());
    assertFalse(fault.getPermanent());
    link.step(0, Want.WANT_ALL, TestSwarm.rows(3, 1));
    assertEquals(3, link.result().getRows());
  }

  @Test
  void shouldLapseWhenNoFirstStepComes() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestSwarm.Node second = swarm.node(4, 9);
    TestGateway.Link link = swarm.gateway().openNew(first, second);
    swarm.timers.advance(Duration.ofMillis(9_900));
    assertEquals(8, first.compute.usedPages());
    swarm.timers.advance(Duration.ofMillis(200));
    assertEquals(FaultCode.FAULT_CODE_DEADLINE, link.fault().getCode());
    swarm.awaitFreed();
  }

  @Test
  void shouldKeepReservationsBehindWhileTheFirstStepIsComputedAbove() {
    TestSwarm.Node first = swarm.node(0, 3);
    TestSwarm.Node second = swarm.node(3, 6);
    TestSwarm.Node third = swarm.node(6, 9);
    TestGateway.Link link = swarm.gateway().openNew(first, second, third);
    first.compute.gate();
    link.step(0, Want.WANT_ALL, TestSwarm.rows(2, 1));
    first.compute.awaitPass();
    awaitProbes(second, third);
    swarm.timers.advance(Duration.ofMinutes(1));
    assertEquals(8, second.compute.usedPages());
    assertEquals(8, third.compute.usedPages());
    first.compute.ungate();
    assertEquals(2, link.result().getRows());
  }

  @Test
  void shouldKeepReservationsOfALaterEpochWhileItsFirstStepIsComputedAbove() {
    TestSwarm.Node first = swarm.node(0, 3);
    TestSwarm.Node second = swarm.node(3, 6);
    TestSwarm.Node other = swarm.node(3, 6);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.openNew(first, second);
    link.step(0, Want.WANT_NONE, TestSwarm.rows(2, 1));
    link.result();
    // The first hop has had its first step; the new one behind it has not.
    TestGateway.Link next = gateway.open(2, 0, first, other);
    next.opened();
    first.compute.gate();
    next.step(0, Want.WANT_ALL, TestSwarm.rows(2, 1));
    first.compute.awaitPass();
    awaitProbes(other);
    swarm.timers.advance(Duration.ofMinutes(1));
    assertEquals(8, other.compute.usedPages());
    first.compute.ungate();
    assertEquals(2, next.result().getRows());
  }

  @Test
  void shouldPassOnThatStepsAreComingAndElseLapse() {
    TestSwarm.Node first = swarm.node(0, 3);
    TestSwarm.Node second = swarm.node(3, 6);
    TestSwarm.Node third = swarm.node(6, 9);
    TestGateway told = swarm.gateway();
    TestGateway.Link link = told.openNew(first, second, third);
    TestGateway.Link silent = told.nextSession().openNew(first, second, third);
    link.send(Down.newBuilder().setProbe(Probe.getDefaultInstance()).build());
    assertTrue(link.up().hasReport());
    awaitProbes(second, third);
    swarm.timers.advance(Duration.ofMillis(10_100));
    assertEquals(FaultCode.FAULT_CODE_DEADLINE, silent.fault().getCode());
    for (TestSwarm.Node node : new TestSwarm.Node[] {first, second, third}) {
      Await.that("one has lapsed", () -> node.compute.usedPages() == 8);
    }
    link.step(0, Want.WANT_ALL, TestSwarm.rows(2, 1));
    assertEquals(2, link.result().getRows());
  }

  /** A Probe on its way is answered on the same stream once it has been heard. */
  private void awaitProbes(TestSwarm.Node... heard) {
    for (TestSwarm.Node node : heard) {
      Await.that(
          "a probe is answered",
          () ->
              swarm.sent.stream()
                  .anyMatch(sent ->
                      sent.from().equals(node.id())
                          && sent.frame() instanceof Up up
                          && up.hasReport()));
    }
  }

  @Test
  void shouldKeepAReservationThatHasBeenUsed() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestSwarm.Node second = swarm.node(4, 9);
    TestGateway.Link link = swarm.gateway().openNew(first, second);
    link.step(0, Want.WANT_NONE, TestSwarm.rows(1, 1));
    link.result();
    swarm.timers.advance(Duration.ofHours(3));
    link.step(1, Want.WANT_ALL, TestSwarm.rows(1, 2));
    assertEquals(1, link.result().getRows());
  }

  @Test
  void shouldRefuseStepsBeforeTheSessionIsOpen() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.new Link(1, first);
    link.dial();
    link.step(0, Want.WANT_NONE, TestSwarm.rows(1, 1));
    assertRefused(FaultCode.FAULT_CODE_UNKNOWN_SESSION, link);
    TestGateway.Link silent = gateway.new Link(1, first);
    silent.dial();
    silent.send(Down.getDefaultInstance());
    assertRefused(FaultCode.FAULT_CODE_PROTOCOL, silent);
  }
}
