package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.session.ChainFixture.Node;
import org.weft.node.session.InferenceSession.Rows;

class ChainSessionTest {
  private static final int BLOCKS = 6;
  private static final int LENGTH = 100;

  private final ChainFixture swarm = new ChainFixture(BLOCKS, LENGTH, 7);
  private final Node a = swarm.node("a", 0, 2);
  private final Node b = swarm.node("b", 2, 4);
  private final Node c = swarm.node("c", 4, 6);
  private final float[][] expected = swarm.reference();

  @AfterEach
  void closeAll() throws Exception {
    swarm.close();
  }

  private ChainSessionFactory factory() {
    return swarm.factory(ChainConfig.standard().withChunkRows(7), ChainRepair.none());
  }

  private ChainSession open(Node... hops) {
    return factory().open(ChainFixture.route(hops), LENGTH, swarm.source());
  }

  private void check(ChainSession session, int position, int count) {
    MemorySegment rows = session.step(position, count, Rows.ALL);
    ChainFixture.assertRows(expected, position, count, rows, "all");
  }

  private static NodeException failure(Runnable act) {
    return assertThrows(NodeException.class, act::run);
  }

  @Test
  void shouldGiveTheSameBitsOverAnyChainAndChunks() {
    Node whole = swarm.node("whole", 0, 6);
    for (int chunk : new int[] {1, 7, 32}) {
      ChainSessionFactory factory =
          swarm.factory(ChainConfig.standard().withChunkRows(chunk), ChainRepair.none());
      List<Route> routes =
          List.of(
              ChainFixture.route(whole),
              ChainFixture.route(a, b, c),
              new Route(
                  List.of(
                      ChainFixture.hop(a, 0, 1),
                      ChainFixture.hop(whole, 1, 3),
                      ChainFixture.hop(b, 3, 4),
                      ChainFixture.hop(c, 4, 6))));
      for (Route route : routes) {
        try (ChainSession session = factory.open(route, LENGTH, swarm.source())) {
          check(session, 0, 40);
          MemorySegment last = session.step(40, 30, Rows.LAST);
          ChainFixture.assertRows(expected, 69, 1, last, "last");
          assertEquals(0, session.step(70, 10, Rows.NONE).byteSize());
          for (int position = 80; position < 90; position++) {
            check(session, position, 1);
          }
          check(session, 75, 25);
        }
      }
    }
  }

  @Test
  void shouldMendWhicheverHopIsKilled() {
    for (int killed = 0; killed < 3; killed++) {
      Node[] hops = {swarm.node("x", 0, 2), swarm.node("y", 2, 4), swarm.node("z", 4, 6)};
      ChainSession session = open(hops);
      check(session, 0, 50);
      Node dead = hops[killed];
      swarm.network.kill(dead.id());
      NodeException gone = failure(() -> session.step(50, 20, Rows.ALL));
      assertEquals(NodeError.UNREACHABLE, gone.error());
      String sentence = String.valueOf(gone.getMessage());
      assertTrue(sentence.startsWith("hop " + killed + " (" + dead.id()), sentence);
      hops[killed] = swarm.node("new", dead.record().span().start(), dead.record().span().end());
      session.mend(ChainFixture.route(hops));
      assertEquals(2, session.epoch());
      check(session, 50, 50);
      for (int hop = 0; hop < 3; hop++) {
        int again = swarm.rowsSentAgain(hops[hop], 2, 50);
        assertEquals(hop == killed ? 50 : 0, again, "killed " + killed + ", rows to hop " + hop);
      }
      session.close();
      swarm.awaitNoPages(hops);
    }
  }

  @Test
  void shouldMendOverTheSamePeersWhenALinkWasCutAndHasHealed() {
    List<Runnable> cuts =
        List.of(
            () -> swarm.network.sever(swarm.gateway.id(), a.id()),
            () -> swarm.network.sever(a.id(), b.id()),
            () -> swarm.network.sever(b.id(), c.id()),
            () -> swarm.network.sever(swarm.gateway.id(), c.id()));
    List<Runnable> heals =
        List.of(
            () -> swarm.network.heal(swarm.gateway.id(), a.id()),
            () -> swarm.network.heal(a.id(), b.id()),
            () -> swarm.network.heal(b.id(), c.id()),
            () -> swarm.network.heal(swarm.gateway.id(), c.id()));
    for (int link = 0; link < cuts.size(); link++) {
      ChainSession session = open(a, b, c);
      check(session, 0, 30);
      cuts.get(link).run();
      assertEquals(NodeError.UNREACHABLE, failure(() -> session.step(30, 9, Rows.ALL)).error());
      // While the link is cut the same chain cannot be opened; that is no end either.
      NodeException still = failure(() -> session.mend(ChainFixture.route(a, b, c)));
      assertEquals(NodeError.UNREACHABLE, still.error());
      heals.get(link).run();
      session.mend(ChainFixture.route(a, b, c));
      assertEquals(3, session.epoch());
      check(session, 30, 40);
      for (Node hop : List.of(a, b, c)) {
        assertEquals(0, swarm.rowsSentAgain(hop, 3, 30), "link " + link);
      }
      session.close();
      swarm.awaitNoPages(a, b, c);
    }
  }

  @Test
  void shouldNameASilentHopAndLetItChangeNothingWhenItWakes() throws Exception {
    ChainSession session = open(a, b, c);
    check(session, 0, 20);
    swarm.network.freeze(b.id());
    CompletableFuture<NodeException> step =
        ChainFixture.async(() -> failure(() -> session.step(20, 8, Rows.ALL)));
    ChainFixture.await(() -> swarm.network.waiting() > 0, "the step to be under way");
    swarm.time.advance(Duration.ofSeconds(11));
    NodeException silent = step.get(20, TimeUnit.SECONDS);
    assertEquals(NodeError.UNREACHABLE, silent.error());
    assertTrue(String.valueOf(silent.getMessage()).startsWith("hop 1 ("), silent.getMessage());
    Node d = swarm.node("d", 2, 4);
    session.mend(ChainFixture.route(a, d, c));
    check(session, 20, 20);
    swarm.network.thaw(b.id());
    check(session, 40, 20);
    swarm.time.settle();
    check(session, 60, 20);
    assertEquals(0, swarm.rowsSentAgain(a, 2, 20));
    assertEquals(0, swarm.rowsSentAgain(c, 2, 20));
    assertEquals(20, swarm.rowsSentAgain(d, 2, 20));
    session.close();
    swarm.awaitNoPages(a, d, c);
    swarm.time.advance(Duration.ofSeconds(31));
    swarm.awaitNoPages(b);
  }

  @Test
  void shouldMendAcrossOtherBoundaries() {
    ChainSession session = open(a, b, c);
    check(session, 0, 33);
    swarm.network.kill(b.id());
    failure(() -> session.step(33, 5, Rows.LAST));
    Node d = swarm.node("d", 1, 3);
    Node e = swarm.node("e", 2, 5);
    session.mend(
        new Route(
            List.of(
                ChainFixture.hop(a, 0, 2),
                ChainFixture.hop(d, 2, 3),
                ChainFixture.hop(e, 3, 4),
                ChainFixture.hop(c, 4, 6))));
    check(session, 33, 30);
    session.mend(
        new Route(
            List.of(
                ChainFixture.hop(a, 0, 1),
                ChainFixture.hop(d, 1, 3),
                ChainFixture.hop(e, 3, 5),
                ChainFixture.hop(c, 5, 6))));
    check(session, 63, 30);
    session.close();
    swarm.awaitNoPages(a, c, d, e);
  }

  @Test
  void shouldGoOnInTheMiddleOfAStepWhenThereIsARepair() {
    Node spare = swarm.node("spare", 2, 4);
    List<ChainFault> faults = new ArrayList<>();
    ChainSessionFactory factory =
        swarm.factory(
            ChainConfig.standard().withChunkRows(5),
            (session, fault) -> {
              faults.add(fault);
              return Optional.of(ChainFixture.route(a, spare, c));
            });
    ChainSession session = factory.open(ChainFixture.route(a, b, c), LENGTH, swarm.source());
    check(session, 0, 10);
    swarm.network.kill(b.id());
    ChainFixture.await(() -> session.fault().isPresent(), "the break to be heard before the step");
    check(session, 10, 80);
    assertEquals(1, faults.size());
    assertEquals(1, faults.getFirst().hop());
    assertEquals(2, session.epoch());
  }

  @Test
  void shouldEndAWaitingStepAtOnceAndFreeEveryHopWhenClosed() throws Exception {
    ChainSession session = open(a, b, c);
    check(session, 0, 20);
    swarm.network.hold();
    CompletableFuture<NodeException> step =
        ChainFixture.async(() -> failure(() -> session.step(20, 60, Rows.LAST)));
    ChainFixture.await(() -> swarm.network.waiting() > 3, "steps to be under way");
    session.close();
    assertEquals(NodeError.CLOSED, step.get(20, TimeUnit.SECONDS).error());
    // The chain is still held up: what frees the hops does not wait behind the steps.
    swarm.awaitNoPages(a, b, c);
    swarm.network.resume();
    assertEquals(NodeError.CLOSED, failure(() -> session.step(20, 1, Rows.LAST)).error());
    assertEquals(
        NodeError.CLOSED, failure(() -> session.mend(ChainFixture.route(a, b, c))).error());
  }

  @Test
  void shouldFreeWhatCanBeReachedWhenABrokenChainIsClosed() {
    ChainSession session = open(a, b, c);
    check(session, 0, 20);
    swarm.network.kill(b.id());
    failure(() -> session.step(20, 1, Rows.LAST));
    session.close();
    swarm.awaitNoPages(a, c);
  }

  @Test
  void shouldTellEachHopWhenCloseDoesNotComeThroughToTheTail() throws Exception {
    ChainSession session = open(a, b, c);
    check(session, 0, 20);
    // It passes no Close on, and no stream breaks, so that no lease would begin.
    swarm.network.freeze(b.id());
    session.close();
    swarm.awaitNoPages(a);
    swarm.time.advance(ChainConfig.standard().closeDeadline());
    swarm.awaitNoPages(c);
  }

  @Test
  void shouldTellEachHopAtOnceWhenOneDiesAsCloseTravels() {
    ChainSession session = open(a, b, c);
    check(session, 0, 20);
    swarm.network.freeze(b.id());
    session.close();
    swarm.awaitNoPages(a);
    swarm.network.kill(b.id());
    swarm.awaitNoPages(c);
  }

  @Test
  void shouldOpenOverAnotherChainWhenAPeerIsFullAndElseSayWhy() {
    Node full = swarm.node("full", 2, 4, 1);
    ChainSessionFactory factory = factory();
    swarm.router.failed(b.id());
    try (ChainSession session = factory.open(LENGTH, swarm.source(), new Cancellation())) {
      assertEquals(b.id(), session.route().hops().get(1).record().node());
      check(session, 0, 10);
    }
    swarm.awaitNoPages(a, b, c);
    swarm.network.kill(b.id());
    NodeException refused = failure(() -> factory.open(LENGTH, swarm.source()));
    assertTrue(
        refused.error() == NodeError.OUT_OF_CACHE || refused.error() == NodeError.UNREACHABLE,
        refused.toString());
    swarm.awaitNoPages(a, c, full);
  }

  @Test
  void shouldGiveUpOpeningAndFreeEveryHopWhenCancelled() throws Exception {
    ChainSessionFactory factory = factory();
    Cancellation cancellation = new Cancellation();
    swarm.network.hold();
    CompletableFuture<NodeException> opening =
        ChainFixture.async(() -> failure(() -> factory.open(LENGTH, swarm.source(), cancellation)));
    ChainFixture.await(() -> swarm.network.waiting() > 0, "the Open to be under way");
    cancellation.cancel();
    assertEquals(NodeError.CLOSED, opening.get(20, TimeUnit.SECONDS).error());
    ChainFixture.await(() -> factory.sessions() == 0, "every hop to be told");
    swarm.network.resume();
    swarm.awaitNoPages(a, b, c);
    // Nothing is tried for somebody who has gone.
    assertEquals(
        NodeError.CLOSED,
        failure(() -> factory.open(LENGTH, swarm.source(), cancellation)).error());
    assertEquals(0, swarm.network.waiting());
  }

  @Test
  void shouldSayWhichBlockNobodyServesAfterAskingForNews() {
    ChainFixture empty = new ChainFixture(7, 10, 1);
    Node only = empty.node("only", 0, 4);
    try (ChainSessionFactory factory = empty.factory(ChainConfig.standard(), ChainRepair.none())) {
      NodeException none = failure(() -> factory.open(10, empty.source()));
      assertEquals(NodeError.NO_ROUTE, none.error());
      assertTrue(
          String.valueOf(none.getMessage())
              .startsWith("no peer serves block 4 of model made up; blocks served: 0:4"),
          none.getMessage());
      assertEquals(1, empty.directory.refreshes());
      assertEquals(0, only.blocks().usedPages());
    }
  }

  @Test
  void shouldTellWhereTheTimeWent() {
    ChainSession session = open(a, b, c);
    assertEquals(SessionTimes.none(), session.times());
    check(session, 0, 3);
    assertEquals(
        List.of(0, 1, 2), session.times().hops().stream().map(SessionTimes.Hop::hop).toList());
  }

  @Test
  void shouldRefuseAStepBeyondItsReservationOrAGap() {
    ChainSession session = open(a, b, c);
    check(session, 0, 3);
    assertEquals(NodeError.ARGUMENT, failure(() -> session.step(4, 1, Rows.LAST)).error());
    assertEquals(NodeError.TOO_LONG, failure(() -> session.step(3, 98, Rows.LAST)).error());
    check(session, 3, 97);
  }

  @Test
  void shouldKeepManySessionsApart() throws Exception {
    ChainSessionFactory factory = factory();
    List<CompletableFuture<Void>> runs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      runs.add(
          ChainFixture.asyncRun(() -> {
            try (ChainSession session =
                factory.open(ChainFixture.route(a, b, c), LENGTH, swarm.source())) {
              check(session, 0, 37);
              for (int position = 37; position < 60; position++) {
                check(session, position, 1);
              }
            }
          }));
    }
    CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    swarm.awaitNoPages(a, b, c);
  }
}
