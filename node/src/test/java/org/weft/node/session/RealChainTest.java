package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.node.session.RealSwarm.Node;

/** The real model over real connections: the same bits, and a sentence that survives its hops. */
final class RealChainTest {
  private static final int PROMPT = 40;
  private static final int ROOM = 80;
  private static final int GROWN = 24;

  private static RealModel model;
  private static int[] undisturbed;

  @BeforeAll
  static void open() {
    model = RealModel.open();
    undisturbed = model.undisturbed(PROMPT, ROOM, GROWN);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Too early, as long as the link is cut; either way it costs an epoch. */
  private static void tryToMend(ChainSession session, Route route) {
    try {
      session.mend(route);
    } catch (NodeException stillCut) {
      assertTrue(stillCut.error() != NodeError.INTERNAL, String.valueOf(stillCut.getMessage()));
    }
  }

  /** A dial that the cut broke may still be on its way to failing when the link has healed. */
  private static void mendOnceItCan(ChainSession session, Route route) {
    for (int tries = 0; tries < 200; tries++) {
      try {
        session.mend(route);
        return;
      } catch (NodeException notYet) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(25));
      }
    }
    session.mend(route);
  }

  private static NodeException failure(Runnable act) {
    return assertThrows(NodeException.class, act::run);
  }

  @Test
  void shouldGiveTheBitsOfOneProcessOverAnyChainInAnyChunks() {
    int[] tokens = model.tokens(66, 5);
    int[] expected = model.hidden(tokens);
    int width = model.config.width();
    try (RealSwarm swarm = new RealSwarm(model)) {
      Node whole = swarm.node(0, 8);
      Node a = swarm.node(0, 3);
      Node b = swarm.node(2, 6);
      Node c = swarm.node(5, 8);
      Node d = swarm.node(3, 6);
      List<Route> routes =
          List.of(
              swarm.route(whole),
              new Route(List.of(swarm.hop(a, 0, 3), swarm.hop(whole, 3, 8))),
              new Route(List.of(swarm.hop(a, 0, 2), swarm.hop(b, 2, 5), swarm.hop(c, 5, 8))),
              new Route(
                  List.of(
                      swarm.hop(a, 0, 1),
                      swarm.hop(whole, 1, 3),
                      swarm.hop(b, 3, 4),
                      swarm.hop(d, 4, 6),
                      swarm.hop(c, 6, 8))));
      for (int chunk : new int[] {1, 7, 32}) {
        ChainSessionFactory factory = swarm.sessions(RealSwarm.chunks(chunk));
        for (Route route : routes) {
          String where = route.hops().size() + " hops, chunks of " + chunk;
          try (ChainSession session = factory.open(route, 66, model.source(tokens))) {
            int[] first = RealModel.bits(session.step(0, 50, Rows.ALL));
            assertArrayEquals(Arrays.copyOf(expected, 50 * width), first, where);
            int[] rest = RealModel.bits(session.step(50, 16, Rows.ALL));
            int[] expectedRest = Arrays.copyOfRange(expected, 50 * width, 66 * width);
            assertArrayEquals(expectedRest, rest, where);
          }
        }
      }
      swarm.awaitFreed(whole, a, b, c, d);
    }
  }

  @Test
  void shouldSayTheSameOverAChainThatTheRouterFound() {
    try (RealSwarm swarm = new RealSwarm(model)) {
      Node a = swarm.node(0, 3);
      Node b = swarm.node(3, 6);
      Node c = swarm.node(6, 8);
      RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
      try (InferenceSession session =
          swarm.sessions(RealSwarm.chunks(16)).open(ROOM, sentence.source())) {
        sentence.begin(session);
        sentence.grow(session, GROWN);
        assertArrayEquals(undisturbed, sentence.tokens());
      }
      swarm.awaitFreed(a, b, c);
    }
  }

  @Test
  void shouldGoOnWithTheSameTokensWhenAHopIsKilledAndAnotherTakesItsPlace() {
    for (int killed = 0; killed < 3; killed++) {
      try (RealSwarm swarm = new RealSwarm(model)) {
        Node[] hops = {swarm.node(0, 3), swarm.node(3, 6), swarm.node(6, 8)};
        Node spare = swarm.node(hops[killed].span().start(), hops[killed].span().end());
        RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
        ChainSession session =
            swarm.sessions(RealSwarm.chunks(16)).open(swarm.route(hops), ROOM, sentence.source());
        sentence.begin(session);
        sentence.grow(session, 10);
        hops[killed].kill();
        NodeException gone = failure(() -> sentence.grow(session, 1));
        assertTrue(
            String.valueOf(gone.getMessage()).startsWith("hop " + killed + " ("), gone.toString());
        int base = sentence.length() - 1;
        hops[killed] = spare;
        session.mend(swarm.route(hops));
        assertEquals(2, session.epoch());
        sentence.grow(session, GROWN - 10);
        assertArrayEquals(undisturbed, sentence.tokens(), "killed hop " + killed);
        for (Node hop : hops) {
          assertEquals(
              hop == spare ? base : 0,
              swarm.rowsSentAgain(hop, 2, base),
              "killed " + killed + ", rows to blocks " + hop.span());
        }
        session.close();
        swarm.awaitFreed(hops);
      }
    }
  }

  @Test
  void shouldFillANewHopWithWhatWasInFlightWhenOneIsKilledInPrefill() {
    int[] tokens = model.tokens(200, 9);
    int[] expected = model.hidden(tokens);
    int width = model.config.width();
    try (RealSwarm swarm = new RealSwarm(model)) {
      Node a = swarm.node(0, 3);
      Node b = swarm.node(3, 6);
      Node c = swarm.node(6, 8);
      Node spare = swarm.node(3, 6);
      swarm.gateway();
      Route mended = swarm.route(a, spare, c);
      ChainSession session =
          swarm
              .sessions(RealSwarm.chunks(4), (broken, fault) -> java.util.Optional.of(mended))
              .open(swarm.route(a, b, c), 200, model.source(tokens));
      Thread.startVirtualThread(() -> {
        ChainFixture.await(() -> c.server().metrics().rows() > 30, "the prefill to run");
        b.kill();
      });
      int[] rows = RealModel.bits(session.step(0, 200, Rows.ALL));
      assertArrayEquals(Arrays.copyOf(expected, 200 * width), rows);
      assertEquals(2, session.epoch());
      session.close();
      swarm.awaitFreed(a, spare, c);
    }
  }

  @Test
  void shouldMendOverTheSamePeersWhenALinkWasCutAndHasHealed() {
    try (RealSwarm swarm = new RealSwarm(model)) {
      Node a = swarm.node(0, 3);
      Node b = swarm.node(3, 6);
      Node c = swarm.node(6, 8);
      Route route = swarm.route(a, b, c);
      ChainSessionFactory factory = swarm.sessions(RealSwarm.chunks(16));
      List<LinkProxy> wires =
          List.of(
              swarm.wire(swarm.gateway.id(), a),
              swarm.wire(a.id(), b),
              swarm.wire(b.id(), c),
              swarm.wire(swarm.gateway.id(), c));
      for (int link = 0; link < wires.size(); link++) {
        RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
        ChainSession session = factory.open(route, ROOM, sentence.source());
        sentence.begin(session);
        sentence.grow(session, 6);
        wires.get(link).cut();
        failure(() -> sentence.grow(session, 1));
        tryToMend(session, route);
        wires.get(link).heal();
        int base = sentence.length() - 1;
        mendOnceItCan(session, route);
        sentence.grow(session, GROWN - 6);
        assertArrayEquals(undisturbed, sentence.tokens(), "link " + link);
        for (Node hop : List.of(a, b, c)) {
          assertEquals(
              0,
              swarm.rowsSentAgain(hop, session.epoch(), base),
              "link " + link + ", " + hop.span());
        }
        session.close();
        swarm.awaitFreed(a, b, c);
      }
    }
  }
}
