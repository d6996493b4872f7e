package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.Want;

/** Chains that lose a hop or a link and are opened again with the next epoch. */
final class RepairTest {
  private static final int LENGTH = 40;
  private static final int CUT = 25;
  private final TestSwarm swarm = new TestSwarm();
  private final TestSwarm.Node first = swarm.node(0, 3);
  private final TestSwarm.Node second = swarm.node(3, 6);
  private final TestSwarm.Node third = swarm.node(6, 9);
  private final TestGateway gateway = swarm.gateway();
  private final float[][] rows = TestSwarm.rows(LENGTH, 11);
  private final float[][] expected = FakeCompute.reference(9, rows);

  @AfterEach
  void close() {
    swarm.close();
  }

  private TestGateway.Link run(TestSwarm.Node... hops) {
    TestGateway.Link link = gateway.openNew(hops);
    for (int at = 0; at < CUT; at += 5) {
      link.step(at, Want.WANT_ALL, Arrays.copyOfRange(rows, at, at + 5));
      link.result();
    }
    return link;
  }

  /** Fills what the first hop lacks, as gateways do, then goes on to the end. */
  private void goOn(TestGateway.Link link, int expectedHeld) {
    int held = link.opened().getHeld();
    assertEquals(expectedHeld, held);
    for (int at = held; at < CUT; at = Math.min(at + 10, CUT)) {
      int end = Math.min(at + 10, CUT);
      link.send(
          link.next(at, Want.WANT_NONE, Arrays.copyOfRange(rows, at, end)).setRefill(true).build());
      var result = link.result();
      assertEquals(at, result.getPosition());
      assertEquals(0, result.getRows());
    }
    for (int at = CUT; at < LENGTH; at += 3) {
      link.step(at, Want.WANT_ALL, Arrays.copyOfRange(rows, at, at + 3));
      assertArrayEquals(Arrays.copyOfRange(expected, at, at + 3), TestGateway.rows(link.result()));
    }
  }

  private List<Step> stepsTo(TestSwarm.Node node, long epoch) {
    return swarm.sent.stream()
        .filter(sent -> sent.to().equals(node.id()) && sent.frame() instanceof Down)
        .map(sent -> (Down) sent.frame())
        .filter(down -> down.hasStep() && down.getStep().getEpoch() == epoch)
        .map(Down::getStep)
        .toList();
  }

  private int rowsBelowCutTo(TestSwarm.Node node, long epoch) {
    return stepsTo(node, epoch).stream()
        .filter(step -> step.getPosition() < CUT)
        .mapToInt(step -> step.getHidden().size() / (FakeCompute.WIDTH * 4))
        .sum();
  }

  @Test
  void shouldFillANewTailFromTheLogOfTheHopBefore() {
    run(first, second, third);
    TestSwarm.Node spare = swarm.node(6, 9);
    swarm.net.kill(third.id());
    goOn(gateway.open(2, CUT, first, second, spare), CUT);
    assertEquals(0, rowsBelowCutTo(first, 2));
    assertEquals(0, rowsBelowCutTo(second, 2));
    assertEquals(CUT, rowsBelowCutTo(spare, 2));
    assertTrue(stepsTo(spare, 2).getFirst().getReplay());
  }

  @Test
  void shouldFillANewMiddleAndSendTheSurvivorBehindNothingItHolds() {
    run(first, second, third);
    TestSwarm.Node spare = swarm.node(3, 6);
    swarm.net.kill(second.id());
    goOn(gateway.open(2, CUT, first, spare, third), CUT);
    assertEquals(0, rowsBelowCutTo(first, 2));
    assertEquals(CUT, rowsBelowCutTo(spare, 2));
    assertEquals(0, rowsBelowCutTo(third, 2));
  }

  @Test
  void shouldTakeRowsFromTheGatewayForANewFirstHopAndSendSurvivorsNothing() {
    run(first, second, third);
    TestSwarm.Node spare = swarm.node(0, 3);
    swarm.net.kill(first.id());
    goOn(gateway.open(2, CUT, spare, second, third), 0);
    assertEquals(CUT, rowsBelowCutTo(spare, 2));
    assertEquals(0, rowsBelowCutTo(second, 2));
    assertEquals(0, rowsBelowCutTo(third, 2));
  }

  @Test
  void shouldServeWhenOnlyTheMiddleSurvives() {
    run(first, second, third);
    TestSwarm.Node front = swarm.node(0, 3);
    TestSwarm.Node back = swarm.node(6, 9);
    swarm.net.kill(first.id());
    swarm.net.kill(third.id());
    goOn(gateway.open(2, CUT, front, second, back), 0);
    assertEquals(0, rowsBelowCutTo(second, 2));
    assertEquals(CUT, rowsBelowCutTo(back, 2));
  }

  @Test
  void shouldServeWhenTheSpansAreCutOtherwise() {
    run(first, second, third);
    swarm.net.kill(second.id());
    TestSwarm.Node a = swarm.node(3, 5);
    TestSwarm.Node b = swarm.node(5, 6);
    goOn(gateway.open(2, CUT, first, a, b, third), CUT);
    assertEquals(0, rowsBelowCutTo(third, 2));
  }

  @Test
  void shouldHoldNoMoreThanTheNextHopWhenTheLogDoesNotReach() {
    BlockServerConfig.Caps none =
        new BlockServerConfig.Caps(8, 8, 8, 8, 64, 1 << 20, 0, 1, 8, 8, 64);
    BlockServerConfig config =
        new BlockServerConfig(
            TestSwarm.CONFIG.kvType(), 2048, 64, 4, none, TestSwarm.CONFIG.waits());
    TestSwarm.Node front = swarm.node(0, 3, config, 64);
    TestSwarm.Node middle = swarm.node(3, 6, config, 64);
    run(front, middle, third);
    TestSwarm.Node spare = swarm.node(6, 9);
    swarm.net.kill(third.id());
    goOn(gateway.open(2, CUT, front, middle, spare), 0);
    assertEquals(CUT, rowsBelowCutTo(spare, 2));
  }

  @Test
  void shouldCutSurvivorsToTheBaseWhenTheyHoldMore() {
    TestGateway.Link link = run(first, second, third);
    // Results that the gateway never accepted: other tokens.
    link.step(CUT, Want.WANT_ALL, TestSwarm.rows(6, 77));
    link.result();
    swarm.net.sever(first.id(), second.id());
    assertEquals(FaultCode.FAULT_CODE_NEXT_HOP, link.fault().getCode());
    swarm.net.heal(first.id(), second.id());
    goOn(gateway.open(2, CUT, first, second, third), CUT);
    assertEquals(0, rowsBelowCutTo(first, 2));
  }

  @Test
  void shouldServeOtherRowsBelowTheBaseWhenTheGatewayGoesBack() {
    run(first, second, third);
    TestSwarm.Node spare = swarm.node(0, 3);
    swarm.net.kill(first.id());
    TestGateway.Link link = gateway.open(2, CUT, spare, second, third);
    assertEquals(0, link.opened().getHeld());
    link.send(link.next(0, Want.WANT_NONE, Arrays.copyOf(rows, 10)).setRefill(true).build());
    link.result();
    float[][] other = TestSwarm.rows(20, 78);
    System.arraycopy(rows, 0, other, 0, 10);
    link.step(10, Want.WANT_ALL, Arrays.copyOfRange(other, 10, 20));
    assertArrayEquals(
        Arrays.copyOfRange(FakeCompute.reference(9, other), 10, 20),
        TestGateway.rows(link.result()));
  }

  @Test
  void shouldSurviveASecondLossDuringTheRepair() {
    run(first, second, third);
    TestSwarm.Node spare = swarm.node(3, 6);
    swarm.net.kill(second.id());
    TestGateway.Link broken = gateway.open(2, CUT, first, spare, third);
    assertEquals(CUT, broken.opened().getHeld());
    swarm.net.kill(spare.id());
    broken.fault();
    TestSwarm.Node other = swarm.node(3, 6);
    goOn(gateway.open(3, CUT, first, other, third), CUT);
  }

  @Test
  void shouldChangeNothingWhenASleeperWakesWithTheOldEpoch() {
    TestGateway.Link old = run(first, second, third);
    swarm.net.freeze(second.id());
    // What it was sent while it slept, it will hear when it wakes.
    old.step(CUT, Want.WANT_ALL, TestSwarm.rows(2, 79));
    TestSwarm.Node spare = swarm.node(3, 6);
    TestGateway.Link next = gateway.open(2, CUT, first, spare, third);
    next.gather();
    int held = next.opened().getHeld();
    assertEquals(CUT, held);
    next.step(CUT, Want.WANT_ALL, Arrays.copyOfRange(rows, CUT, CUT + 3));
    assertArrayEquals(Arrays.copyOfRange(expected, CUT, CUT + 3), TestGateway.rows(next.result()));
    swarm.net.thaw(second.id());
    Await.that("it has woken", () -> swarm.net.waiting() == 0);
    // A chain through it with the old epoch opens nothing either.
    TestGateway.Link stale = gateway.open(1, CUT, first, second, third);
    assertEquals(FaultCode.FAULT_CODE_STALE_EPOCH, stale.fault().getCode());
    for (int at = CUT + 3; at < LENGTH; at += 3) {
      next.step(at, Want.WANT_ALL, Arrays.copyOfRange(rows, at, at + 3));
      assertArrayEquals(Arrays.copyOfRange(expected, at, at + 3), TestGateway.rows(next.result()));
    }
  }

  @Test
  void shouldReadOnAndHearACloseWhileReplayedRowsWaitToBeComputed() {
    UnaryOperator<Ticket.Builder> narrow =
        ticket ->
            ticket.setLimits(ticket.getLimitsBuilder().setMaxStepRows(5).setMaxInFlight(2).build());
    TestGateway.Link link = gateway.open(narrow, 1, 0, first, second, third);
    link.opened();
    for (int at = 0; at < CUT; at += 5) {
      link.step(at, Want.WANT_NONE, Arrays.copyOfRange(rows, at, at + 5));
      link.result();
    }
    TestSwarm.Node spare = swarm.node(6, 9);
    spare.compute.gate();
    swarm.net.kill(third.id());
    TestGateway.Link next = gateway.open(narrow, 2, CUT, first, second, spare);
    assertEquals(CUT, next.opened().getHeld());
    spare.compute.awaitPass();
    // Five, where two may be in flight.
    Await.that("all are taken in", () -> spare.server.metrics().queueDepth() == 5);
    next.close();
    Await.that("it is closed", () -> spare.server.metrics().sessions() == 0);
    spare.compute.ungate();
    Await.that("it is free", () -> spare.compute.usedPages() == 0);
  }

  @Test
  void shouldWaitForTheRunningPassBeforeItIsOpenedAgain() {
    TestGateway.Link link = run(first, second, third);
    first.compute.gate();
    link.step(CUT, Want.WANT_ALL, TestSwarm.rows(2, 80));
    first.compute.awaitPass();
    TestGateway.Link next = gateway.open(2, CUT, first, second, third);
    Await.that("the old stream ends", () -> !link.ups.isEmpty());
    assertEquals(FaultCode.FAULT_CODE_STALE_EPOCH, link.fault().getCode());
    assertTrue(next.ups.isEmpty());
    first.compute.ungate();
    goOn(next, CUT);
    assertTrue(link.collected.stream().noneMatch(frame -> frame.hasResult()));
  }

  @Test
  void shouldNotOpenWhatBrokeWhileItWaitedForThePass() {
    TestGateway.Link link = run(first, second, third);
    first.compute.gate();
    link.step(CUT, Want.WANT_ALL, TestSwarm.rows(2, 81));
    first.compute.awaitPass();
    TestGateway.Link broken = gateway.open(2, CUT, first, second, third);
    assertEquals(FaultCode.FAULT_CODE_STALE_EPOCH, link.fault().getCode());
    broken.cancel();
    Await.that(
        "it is noticed",
        () -> first.server.metrics().faults().containsKey(FaultCode.FAULT_CODE_CLOSED));
    first.compute.ungate();
    Await.that("the pass is over", () -> first.server.metrics().passes() == 6);
    goOn(gateway.open(3, CUT, first, second, third), CUT);
    assertTrue(stepsTo(second, 2).isEmpty());
    assertTrue(broken.ups.isEmpty());
  }
}
