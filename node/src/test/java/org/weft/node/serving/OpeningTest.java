package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.Want;

/** How a chain opens, and what is left where it does not. */
final class OpeningTest {
  private final TestSwarm swarm = new TestSwarm();

  @AfterEach
  void close() {
    swarm.close();
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
  void shouldReserveWhatTheTicketSaysOfGoingBackAndNoMoreLater() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.open(ticket -> rewinding(ticket, 100), 1, 0, node);
    link.opened();
    assertEquals(100, node.compute.reservedRewind());
    gateway
        .open(ticket -> rewinding(ticket, 101), 2, 0, node)
        .assertRefused(FaultCode.FAULT_CODE_TOO_LONG);
    gateway.open(ticket -> rewinding(ticket, 100), 3, 0, node).opened();
  }

  private static Ticket.Builder rewinding(Ticket.Builder ticket, int positions) {
    return ticket.setLimits(ticket.getLimitsBuilder().setMaxRewind(positions).build());
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
    // What the dial met is not the gateway's to know: it may have chosen the address.
    assertEquals("Hop 2 cannot be reached, or left.", fault.getText());
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
        new BlockServerConfig.Caps(4, 3, 2, 8, 8, 1 << 20, 1 << 20, 1, 4, 2, 16);
    BlockServerConfig config =
        new BlockServerConfig(
            TestSwarm.CONFIG.kvType(), 2048, 64, 4, caps, TestSwarm.CONFIG.waits());
    TestSwarm.Node node = swarm.node(0, 4, config, 256);
    TestGateway one = swarm.gateway();
    one.openNew(node);
    one.nextSession().openNew(node);
    one.nextSession().open(1, 0, node).assertRefused(FaultCode.FAULT_CODE_OVERLOADED);
    TestGateway two = swarm.gateway();
    two.openNew(node);
    two.nextSession().openNew(node);
    swarm.gateway().open(1, 0, node).assertRefused(FaultCode.FAULT_CODE_OVERLOADED);

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
  void shouldCapThePagesOfOneGatewayAndOfOnePredecessor() {
    BlockServerConfig config =
        new BlockServerConfig(
            TestSwarm.CONFIG.kvType(),
            2048,
            64,
            4,
            TestSwarm.CONFIG.caps().withPeerShare(0.5),
            TestSwarm.CONFIG.waits());
    // 256 positions take 8 pages of 32: one half holds two sessions.
    TestSwarm.Node node = swarm.node(0, 4, config, 32);
    TestGateway greedy = swarm.gateway();
    byte[] first = greedy.session;
    greedy.openNew(node);
    greedy.nextSession().openNew(node);
    greedy.nextSession().open(1, 0, node).assertRefused(FaultCode.FAULT_CODE_OUT_OF_CACHE);
    assertEquals(16, node.compute.usedPages());
    swarm.gateway().openNew(node);
    byte[] third = greedy.session;
    greedy.session = first;
    greedy.end(node, 1);
    greedy.session = third;
    greedy.openNew(node);

    TestSwarm.Node front = swarm.node(0, 4);
    TestSwarm.Node behind = swarm.node(4, 9, config, 32);
    swarm.gateway().openNew(front, behind);
    swarm.gateway().openNew(front, behind);
    Fault fault = swarm.gateway().open(1, 0, front, behind).fault();
    assertEquals(FaultCode.FAULT_CODE_OUT_OF_CACHE, fault.getCode());
    assertEquals(1, fault.getHop());
  }

  @Test
  void shouldForgetAClosedSessionWhenItsTicketHasExpired() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.openNew(node);
    link.close();
    assertTrue(link.up().hasClosed());
    gateway.open(1, 0, node).assertRefused(FaultCode.FAULT_CODE_CLOSED);
    swarm.timers.advance(Duration.ofMinutes(2));
    gateway.openNew(node);
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
  void shouldSayThatItDrainsWhenASessionIsOpenedAgain() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestSwarm.Node second = swarm.node(4, 9);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.openNew(first, second);
    link.step(0, Want.WANT_NONE, TestSwarm.rows(3, 1));
    link.result();
    second.server.drain(123_456);
    assertTrue(link.up().hasDraining());
    TestGateway.Link next = gateway.open(2, 3, first, second);
    assertEquals(3, next.opened().getHeld());
    var up = next.up();
    assertTrue(up.hasDraining(), up::toString);
    assertEquals(123_456, up.getDraining().getByUnixMs());
  }

  @Test
  void shouldRefuseStepsBeforeTheSessionIsOpen() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.new Link(1, first);
    link.dial();
    link.step(0, Want.WANT_NONE, TestSwarm.rows(1, 1));
    link.assertRefused(FaultCode.FAULT_CODE_UNKNOWN_SESSION);
    TestGateway.Link silent = gateway.new Link(1, first);
    silent.dial();
    silent.send(Down.getDefaultInstance());
    silent.assertRefused(FaultCode.FAULT_CODE_PROTOCOL);
  }
}
