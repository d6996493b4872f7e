package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.Up;
import org.weft.protocol.v1.Want;

/** How long what was reserved is kept for a session that takes no step. */
final class ReservationTest {
  private final TestSwarm swarm = new TestSwarm();

  @AfterEach
  void close() {
    swarm.close();
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
    announce(link);
    awaitProbes(second, third);
    swarm.timers.advance(Duration.ofMillis(10_100));
    assertEquals(FaultCode.FAULT_CODE_DEADLINE, silent.fault().getCode());
    for (TestSwarm.Node node : new TestSwarm.Node[] {first, second, third}) {
      Await.that("one has lapsed", () -> node.compute.usedPages() == 8);
    }
    link.step(0, Want.WANT_ALL, TestSwarm.rows(2, 1));
    assertEquals(2, link.result().getRows());
  }

  @Test
  void shouldLapseWhenStepsAreAnnouncedAndNeverCome() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestSwarm.Node second = swarm.node(4, 9);
    TestGateway.Link link = swarm.gateway().openNew(first, second);
    announce(link);
    awaitProbes(second);
    swarm.timers.advance(Duration.ofSeconds(110));
    assertEquals(8, first.compute.usedPages());
    assertEquals(8, second.compute.usedPages());
    announce(link);
    swarm.timers.advance(Duration.ofSeconds(11));
    assertEquals(FaultCode.FAULT_CODE_DEADLINE, link.fault().getCode());
    swarm.awaitFreed();
  }

  @Test
  void shouldFreeAtOnceWhenTheGatewayVanishesBeforeItsFirstStep() {
    TestSwarm.Node first = swarm.node(0, 3);
    TestSwarm.Node second = swarm.node(3, 6);
    TestSwarm.Node third = swarm.node(6, 9);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.openNew(first, second, third);
    announce(link);
    link.cancel();
    swarm.awaitFreed();
    assertEquals(FaultCode.FAULT_CODE_CLOSED, link.collectedFault().getCode());
    link.awaitEndOfGather();
    // It may come back with its next epoch.
    TestGateway.Link next = gateway.open(2, 0, first, second, third);
    assertEquals(0, next.opened().getHeld());
    next.step(0, Want.WANT_ALL, TestSwarm.rows(2, 1));
    assertEquals(2, next.result().getRows());
  }

  @Test
  void shouldFreeAtOnceBehindAHopThatDiesBeforeTheFirstStep() {
    TestSwarm.Node first = swarm.node(0, 3);
    TestSwarm.Node second = swarm.node(3, 6);
    TestSwarm.Node third = swarm.node(6, 9);
    TestGateway.Link link = swarm.gateway().openNew(first, second, third);
    swarm.net.kill(first.id());
    link.awaitEndOfChain();
    Await.that("the second is free", () -> second.compute.usedPages() == 0);
    Await.that("the third is free", () -> third.compute.usedPages() == 0);
  }

  private static void announce(TestGateway.Link link) {
    link.send(Down.newBuilder().setProbe(Probe.getDefaultInstance()).build());
    assertTrue(link.up().hasReport());
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
}
