package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.transport.MemoryNetwork;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Result;
import org.weft.protocol.v1.Up;
import org.weft.protocol.v1.Want;

/** What an open session lives through: faults, leases, collectors, probes, its end. */
final class SessionLifeTest {
  private final TestSwarm swarm = new TestSwarm();
  private final TestSwarm.Node first = swarm.node(0, 3);
  private final TestSwarm.Node second = swarm.node(3, 6);
  private final TestSwarm.Node third = swarm.node(6, 9);
  private final TestGateway gateway = swarm.gateway();

  @AfterEach
  void close() {
    swarm.close();
  }

  private TestGateway.Link openUsed() {
    TestGateway.Link link = gateway.openNew(first, second, third);
    link.step(0, Want.WANT_NONE, TestSwarm.rows(4, 1));
    link.result();
    return link;
  }

  // ---- Faults.

  @Test
  void shouldTellBothEndsWhenAStepLeavesAGap() {
    TestGateway.Link link = openUsed();
    link.step(5, Want.WANT_NONE, TestSwarm.rows(1, 1));
    Fault up = link.fault();
    assertEquals(FaultCode.FAULT_CODE_PROTOCOL, up.getCode());
    assertEquals(0, up.getHop());
    assertEquals(up, link.collectedFault());
    // The epoch is over at every hop, and what was computed is kept.
    link.step(4, Want.WANT_ALL, TestSwarm.rows(1, 1));
    TestGateway.Link next = gateway.open(2, 4, first, second, third);
    assertEquals(4, next.opened().getHeld());
    assertTrue(link.collected.stream().noneMatch(frame -> frame.hasResult()));
  }

  @Test
  void shouldFailOnlyTheSessionWhoseRowsAreBad() {
    TestGateway.Link good = gateway.openNew(first, second, third);
    TestGateway.Link bad = gateway.nextSession().openNew(first, second, third);
    float[][] rows = TestSwarm.rows(3, 7);
    float[][] poison = TestSwarm.rows(2, 8);
    poison[1][0] = FakeCompute.POISON;
    good.step(0, Want.WANT_NONE, rows[0]);
    good.result();
    first.compute.gate();
    good.step(1, Want.WANT_NONE, rows[1]);
    first.compute.awaitPass();
    good.step(2, Want.WANT_ALL, rows[2]);
    bad.step(0, Want.WANT_ALL, poison);
    Await.that("both wait", () -> first.server.metrics().queueDepth() == 3);
    first.compute.ungate();
    assertEquals(FaultCode.FAULT_CODE_NON_FINITE, bad.fault().getCode());
    assertEquals(FaultCode.FAULT_CODE_NON_FINITE, bad.collectedFault().getCode());
    good.result();
    assertArrayEquals(
        new float[][] {FakeCompute.reference(9, rows)[2]}, TestGateway.rows(good.result()));
    assertTrue(
        first.compute.passes().stream().anyMatch(pass -> pass.split(" ").length == 2),
        "they were merged first: " + first.compute.passes());
    assertEquals(1L, first.server.metrics().faults().get(FaultCode.FAULT_CODE_NON_FINITE));
  }

  @Test
  void shouldGoOnComputingWhenAPassEndsWithAnError() {
    TestGateway.Link broken = openUsed();
    first.compute.breakWith(new StackOverflowError());
    broken.step(4, Want.WANT_ALL, TestSwarm.rows(1, 1));
    assertEquals(FaultCode.FAULT_CODE_INTERNAL, broken.fault().getCode());
    TestGateway.Link next = gateway.nextSession().openNew(first, second, third);
    next.step(0, Want.WANT_ALL, TestSwarm.rows(2, 1));
    assertEquals(2, next.result().getRows());
  }

  @Test
  void shouldRefuseRowsThatAreNotFiniteOnTheWire() {
    TestGateway.Link link = openUsed();
    byte[] nan = new byte[FakeCompute.WIDTH * 4];
    nan[2] = (byte) 0xc0;
    nan[3] = 0x7f;
    link.send(
        link.next(4, Want.WANT_ALL, new float[FakeCompute.WIDTH])
            .setHidden(ByteString.copyFrom(nan))
            .build());
    assertEquals(FaultCode.FAULT_CODE_NON_FINITE, link.fault().getCode());
  }

  @Test
  void shouldTellTheGatewayOnBothSidesWhenAMiddleHopDies() {
    TestGateway.Link link = openUsed();
    swarm.net.kill(second.id());
    Fault up = link.fault();
    assertEquals(FaultCode.FAULT_CODE_NEXT_HOP, up.getCode());
    assertEquals(0, up.getHop());
    Fault collected = link.collectedFault();
    assertEquals(FaultCode.FAULT_CODE_CLOSED, collected.getCode());
    assertEquals(1, collected.getHop());
  }

  @Test
  void shouldFreeEverythingWhenTheLeaseEndsAfterALostStream() {
    TestGateway.Link link = openUsed();
    link.cancel();
    Await.that(
        "it is noticed",
        () ->
            third.server.metrics().faults().isEmpty()
                && link.collected.stream().anyMatch(frame -> frame.hasFault()));
    swarm.timers.advance(Duration.ofMillis(29_000));
    assertEquals(1, second.server.metrics().sessions());
    swarm.timers.advance(Duration.ofMillis(1_100));
    swarm.awaitFreed();
  }

  @Test
  void shouldDropTheLeaseWhenTheSessionIsOpenedAgain() {
    TestGateway.Link link = openUsed();
    link.cancel();
    Await.that("it is noticed", () -> link.collected.stream().anyMatch(f -> f.hasFault()));
    swarm.timers.advance(Duration.ofSeconds(20));
    TestGateway.Link next = gateway.open(2, 4, first, second, third);
    assertEquals(4, next.opened().getHeld());
    swarm.timers.advance(Duration.ofMinutes(5));
    next.step(4, Want.WANT_ALL, TestSwarm.rows(1, 1));
    assertEquals(1, next.result().getRows());
  }

  // ---- Skipping.

  @Test
  void shouldSkipAQueuedStepThatALaterOneOverwrites() {
    float[][] rows = TestSwarm.rows(8, 21);
    TestGateway.Link link = gateway.openNew(first, second, third);
    first.compute.gate();
    link.step(0, Want.WANT_NONE, Arrays.copyOfRange(rows, 0, 4));
    first.compute.awaitPass();
    link.step(4, Want.WANT_ALL, TestSwarm.rows(3, 99));
    link.step(7, Want.WANT_ALL, TestSwarm.rows(1, 98));
    link.step(4, Want.WANT_ALL, Arrays.copyOfRange(rows, 4, 8));
    Await.that("all wait", () -> first.server.metrics().queueDepth() == 4);
    first.compute.ungate();
    assertFalse(link.result().getSkipped());
    for (int step = 2; step <= 3; step++) {
      Result skipped = link.result();
      assertTrue(skipped.getSkipped());
      assertEquals(step, skipped.getStep());
      assertEquals(0, skipped.getRows());
      assertEquals(3, skipped.getTimesCount());
    }
    Result last = link.result();
    assertFalse(last.getSkipped());
    assertArrayEquals(
        Arrays.copyOfRange(FakeCompute.reference(9, rows), 4, 8), TestGateway.rows(last));
    assertEquals(8, third.server.metrics().rows());
  }

  // ---- Collecting.

  @Test
  void shouldLetOnlyTheNamedCollectorCollect() {
    TestGateway.Link link = openUsed();
    TestGateway thief = swarm.gateway();
    TestGateway.Link theft = thief.new Link(1, first, second, third);
    thief.transport.gather(
        MemoryNetwork.address(third.id()), link.collect(), theft.gatherListener());
    assertEquals(FaultCode.FAULT_CODE_TICKET, theft.collectedFault().getCode());
    // One that came before Open is no better off.
    gateway.nextSession();
    TestGateway.Link early = thief.new Link(1, first, second, third);
    TestGateway.Link mine = gateway.new Link(1, first, second, third);
    thief.transport.gather(
        MemoryNetwork.address(third.id()), mine.collect(), early.gatherListener());
    TestGateway.Link opened = gateway.openNew(first, second, third);
    assertEquals(FaultCode.FAULT_CODE_TICKET, early.collectedFault().getCode());
    opened.step(0, Want.WANT_ALL, TestSwarm.rows(1, 1));
    assertEquals(1, opened.result().getRows());
  }

  @Test
  void shouldRefuseToCollectFromAHopThatIsNotTheTailOrNamesNothing() {
    TestGateway.Link link = openUsed();
    TestGateway.Link middle = gateway.new Link(1, first, second);
    middle.gather();
    assertEquals(FaultCode.FAULT_CODE_PROTOCOL, middle.collectedFault().getCode());
    TestGateway.Link nothing = gateway.new Link(1, third);
    gateway.transport.gather(
        MemoryNetwork.address(third.id()),
        link.collect().toBuilder().clearSpan().build(),
        nothing.gatherListener());
    assertEquals(FaultCode.FAULT_CODE_PROTOCOL, nothing.collectedFault().getCode());
  }

  @Test
  void shouldEndAWaitingCollectorWhenNothingIsOpenedInTime() {
    TestGateway.Link early = gateway.new Link(1, third);
    early.gather();
    Await.that("it waits", () -> swarm.timers.pending() == 1);
    swarm.timers.advance(Duration.ofSeconds(31));
    assertEquals(FaultCode.FAULT_CODE_DEADLINE, early.collectedFault().getCode());
    early.awaitEndOfGather();
  }

  @Test
  void shouldBoundTheCollectorsThatWait() {
    BlockServerConfig.Caps caps =
        new BlockServerConfig.Caps(4, 4, 4, 8, 8, 1 << 20, 1 << 20, 1, 3, 2, 16);
    TestSwarm.Node small =
        swarm.node(
            0,
            3,
            new BlockServerConfig(
                TestSwarm.CONFIG.kvType(), 2048, 64, 4, caps, TestSwarm.CONFIG.waits()),
            64);
    TestGateway other = swarm.gateway();
    for (int i = 0; i < 2; i++) {
      gateway.nextSession().new Link(1, small).gather();
    }
    Await.that("they wait", () -> swarm.timers.pending() == 2);
    TestGateway.Link third = gateway.nextSession().new Link(1, small);
    third.gather();
    assertEquals(FaultCode.FAULT_CODE_OVERLOADED, third.collectedFault().getCode());
    other.new Link(1, small).gather();
    Await.that("another's waits", () -> swarm.timers.pending() == 3);
    TestGateway.Link fourth = other.nextSession().new Link(1, small);
    fourth.gather();
    assertEquals(FaultCode.FAULT_CODE_OVERLOADED, fourth.collectedFault().getCode());
  }

  @Test
  void shouldKeepResultsForACollectorThatComesLateOrAgain() {
    TestGateway.Link link = gateway.new Link(1, first, second, third);
    link.dial();
    link.open(swarm.sign(gateway.key, gateway.ticket(1, first, second, third)), 0);
    link.opened();
    float[][] rows = TestSwarm.rows(6, 31);
    link.step(0, Want.WANT_ALL, Arrays.copyOfRange(rows, 0, 3));
    Await.that("it is computed", () -> third.server.metrics().steps() == 1);
    link.gather();
    float[][] expected = FakeCompute.reference(9, rows);
    assertArrayEquals(Arrays.copyOf(expected, 3), TestGateway.rows(link.result()));
    link.cancelGather();
    link.awaitEndOfGather();
    link.step(3, Want.WANT_ALL, Arrays.copyOfRange(rows, 3, 6));
    Await.that("it is computed", () -> third.server.metrics().steps() == 2);
    link.gather();
    assertArrayEquals(Arrays.copyOfRange(expected, 3, 6), TestGateway.rows(link.result()));
  }

  @Test
  void shouldStopComputingWhenNobodyCollectsAndEndWithTheLease() {
    TestSwarm.Node small =
        small(new BlockServerConfig.Caps(4, 4, 4, 8, 3, 1 << 20, 1 << 20, 1, 3, 2, 16));
    TestGateway.Link link = opened(small);
    small.compute.gate();
    for (int i = 0; i < 8; i++) {
      link.step(i, Want.WANT_ALL, TestSwarm.rows(1, i));
      small.compute.letPass();
    }
    small.compute.ungate();
    Await.that("the box is full", () -> small.server.metrics().steps() >= 3);
    assertTrue(small.server.metrics().queueDepth() > 0 || small.server.metrics().steps() <= 8);
    swarm.timers.advance(Duration.ofSeconds(31));
    assertEquals(FaultCode.FAULT_CODE_DEADLINE, link.fault().getCode());
    Await.that("it is freed", () -> small.compute.usedPages() == 0);
  }

  @Test
  void shouldCountResultsThatNobodyCollectsAmongTheRowsThatMayWait() {
    TestSwarm.Node small =
        small(new BlockServerConfig.Caps(4, 4, 4, 8, 64, 1000, 1 << 20, 1, 3, 2, 16));
    TestGateway.Link link = opened(small);
    int computed = 0;
    for (; link.ups.isEmpty(); computed++) {
      int step = computed;
      link.step(step, Want.WANT_ALL, TestSwarm.rows(1, step));
      Await.that(
          "it is computed or refused",
          () -> small.server.metrics().steps() == step + 1 || !link.ups.isEmpty());
    }
    assertEquals(FaultCode.FAULT_CODE_OVERLOADED, link.fault().getCode());
    assertTrue(computed < 8, computed + " rows of 148 bytes");
  }

  /** A node that is a chain by itself. */
  private TestSwarm.Node small(BlockServerConfig.Caps caps) {
    return swarm.node(
        0,
        3,
        new BlockServerConfig(
            TestSwarm.CONFIG.kvType(), 2048, 64, 4, caps, TestSwarm.CONFIG.waits()),
        64);
  }

  private TestGateway.Link opened(TestSwarm.Node alone) {
    TestGateway.Link link = gateway.new Link(1, alone);
    link.dial();
    link.open(swarm.sign(gateway.key, gateway.ticket(1, alone)), 0);
    link.opened();
    return link;
  }

  // ---- Probes.

  @Test
  void shouldReportWhatCameInAndWentOut() {
    TestGateway.Link link = openUsed();
    third.compute.gate();
    link.step(4, Want.WANT_ALL, TestSwarm.rows(1, 1));
    third.compute.awaitPass();
    Probe probe =
        Probe.newBuilder()
            .setGateway(TicketFixture.id(gateway.key))
            .setSessionId(ByteString.copyFrom(gateway.session))
            .build();
    Duration deadline = Duration.ofSeconds(20);
    ProbeReport report = gateway.transport.ask(MemoryNetwork.address(third.id()), probe, deadline);
    assertTrue(report.getKnown());
    assertEquals(1, report.getEpoch());
    assertEquals(2, report.getLastStepIn());
    assertEquals(1, report.getLastStepOut());
    assertEquals(1, report.getQueued());
    ProbeReport passed = gateway.transport.ask(MemoryNetwork.address(first.id()), probe, deadline);
    assertEquals(2, passed.getLastStepOut());
    assertEquals(5, passed.getPositions());
    ProbeReport stranger =
        swarm.gateway().transport.ask(MemoryNetwork.address(first.id()), probe, deadline);
    assertFalse(stranger.getKnown());
    assertFalse(
        gateway
            .transport
            .ask(
                MemoryNetwork.address(first.id()),
                probe.toBuilder().setSpan(TicketFixture.range(0, 2)).build(),
                deadline)
            .getKnown());
    link.send(Down.newBuilder().setProbe(probe).build());
    Up up = link.up();
    assertEquals(Up.FrameCase.REPORT, up.getFrameCase());
    assertEquals(passed, up.getReport());
    third.compute.ungate();
    link.result();
  }

  // ---- The end.

  @Test
  void shouldFreeEveryHopWhenClosedInTheMiddleOfWork() {
    TestGateway.Link link = openUsed();
    second.compute.gate();
    for (int i = 0; i < 6; i++) {
      link.step(4 + i, Want.WANT_ALL, TestSwarm.rows(1, i));
    }
    second.compute.awaitPass();
    link.close();
    Up up = link.up();
    assertTrue(up.hasClosed(), up::toString);
    assertTrue(up.getClosed().getSteps() >= 1);
    Await.that("the others are free", () -> third.compute.usedPages() == 0);
    // Where a pass runs, its pages are freed after it.
    assertEquals(8, second.compute.usedPages());
    second.compute.ungate();
    swarm.awaitFreed();
  }

  @Test
  void shouldEndOnlyForTheGatewayAndOnlyTheEpochItKnows() {
    TestGateway.Link link = gateway.open(3, 0, first, second, third);
    link.opened();
    link.step(0, Want.WANT_NONE, TestSwarm.rows(4, 1));
    link.result();
    TestGateway stranger = swarm.gateway();
    NodeException refused =
        assertThrows(
            NodeException.class,
            () ->
                stranger.transport.end(
                    MemoryNetwork.address(second.id()), gateway.close(3), Duration.ofSeconds(20)));
    assertEquals(NodeError.UNREACHABLE, refused.error());
    NodeException stale = assertThrows(NodeException.class, () -> gateway.end(second, 2));
    assertEquals(NodeError.STALE_EPOCH, stale.error());
    assertEquals(1, second.server.metrics().sessions());
    Closed closed = gateway.end(second, 3);
    assertEquals(4, closed.getPositions());
    assertEquals(1, closed.getSteps());
    assertEquals(closed, gateway.end(second, 3));
    // The hop behind is closed through it, the hop before hears that it has left.
    Await.that("the tail is free", () -> third.compute.usedPages() == 0);
    gateway.end(first, 3);
    swarm.awaitFreed();
  }

  @Test
  void shouldLetAPredecessorCloseNoLaterEpochThanItsTickets() {
    TestGateway.Link link = openUsed();
    link.send(Down.newBuilder().setClose(gateway.close(Long.MAX_VALUE)).build());
    assertEquals(FaultCode.FAULT_CODE_PROTOCOL, link.fault().getCode());
    TestGateway.Link next = gateway.open(2, 4, first, second, third);
    assertEquals(4, next.opened().getHeld());
    next.step(4, Want.WANT_ALL, TestSwarm.rows(1, 1));
    assertEquals(1, next.result().getRows());
  }

  @Test
  void shouldEndALaterEpochHereAndCloseTheTicketsOwnBehind() {
    openUsed();
    gateway.end(first, 7);
    Await.that("all are closed", () -> third.server.metrics().sessions() == 0);
    assertEquals(FaultCode.FAULT_CODE_CLOSED, gateway.open(7, 0, first).fault().getCode());
    // Nobody but the gateway can say so to the hops behind.
    gateway.open(2, 0, swarm.node(0, 3), second, third).opened();
    assertTrue(second.server.metrics().faults().isEmpty());
  }

  @Test
  void shouldRefuseAnOpenThatComesAfterItsEnd() {
    assertEquals(Closed.getDefaultInstance(), gateway.end(first, 4));
    TestGateway.Link late = gateway.open(4, 0, first);
    assertEquals(FaultCode.FAULT_CODE_CLOSED, late.fault().getCode());
    gateway.open(5, 0, first).opened();
  }

  @Test
  void shouldLeaveNothingBehindWhenTheServerCloses() {
    TestGateway.Link link = openUsed();
    second.server.close();
    assertEquals(FaultCode.FAULT_CODE_DRAINING, link.fault().getCode());
    assertEquals(0, second.compute.usedPages());
    assertEquals(0, second.server.metrics().sessions());
  }
}
