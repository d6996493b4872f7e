package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.node.ticket.TicketFixture;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Opened;
import org.weft.protocol.v1.Result;
import org.weft.protocol.v1.Up;
import org.weft.protocol.v1.Want;

/**
 * Sessions under seeded misfortune: hops die and come back empty, links break and heal, hops fall
 * asleep and wake, while windows go forward and back. The rows must be those of an undisturbed run.
 */
final class RepairSimulationTest {
  private static final int LENGTH = 120;
  private static final int[] CUTS = {0, 3, 6, 9};
  private static final int SPARES = 2;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void shouldGiveTheRowsOfAnUndisturbedRun(long seed) {
    try (TestSwarm swarm = new TestSwarm()) {
      new Run(swarm, seed).toTheEnd();
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  /** One session, its misfortunes, and the gateway that mends it. */
  private static final class Run {
    private final TestSwarm swarm;
    private final Random random;
    private final long seed;
    private final TestSwarm.Node[][] nodes = new TestSwarm.Node[CUTS.length - 1][SPARES];
    private final TestGateway gateway;
    private final float[][] rows;
    private final float[][] expected;
    private final List<Runnable> mends = new ArrayList<>();
    private final Set<TestSwarm.Node> dead = new HashSet<>();
    private TestGateway.Link link;
    private TestSwarm.Node[] hops = new TestSwarm.Node[0];
    private long epoch;
    private int accepted;
    private int repairs;

    Run(TestSwarm swarm, long seed) {
      this.swarm = swarm;
      this.seed = seed;
      random = new Random(seed);
      rows = TestSwarm.rows(LENGTH, seed);
      expected = FakeCompute.reference(CUTS[CUTS.length - 1], rows);
      for (int span = 0; span < nodes.length; span++) {
        for (int i = 0; i < SPARES; i++) {
          nodes[span][i] = node(span, TicketFixture.key());
        }
      }
      gateway = swarm.gateway();
      link = mend();
    }

    private TestSwarm.Node node(int span, org.weft.crypto.NodeKey key) {
      // Some keep little of what they sent, so that logs fall short too.
      long logBytes = random.nextInt(3) == 0 ? 6000 : 1 << 20;
      BlockServerConfig.Caps caps =
          new BlockServerConfig.Caps(8, 8, 8, 8, 4, 1 << 20, logBytes, 1, 8, 8, 64);
      BlockServerConfig config =
          new BlockServerConfig(
              TestSwarm.CONFIG.kvType(), 2048, 16, 4, caps, TestSwarm.CONFIG.waits());
      return swarm.node(key, CUTS[span], CUTS[span + 1], config, 256);
    }

    void toTheEnd() {
      while (accepted < LENGTH) {
        int window = Math.min(1 + random.nextInt(4), (LENGTH - accepted + 2) / 3);
        if (random.nextInt(3) == 0) {
          strike();
        }
        if (!advance(window)) {
          link = mend();
        }
      }
      link.close();
    }

    /** Sends a window of steps; whether all were answered. */
    private boolean advance(int window) {
      int at = Math.max(0, accepted - random.nextInt(4));
      List<int[]> flights = new ArrayList<>();
      for (int i = 0; i < window && at < LENGTH; i++) {
        int end = Math.min(LENGTH, at + 1 + random.nextInt(20));
        link.step(at, Want.WANT_ALL, Arrays.copyOfRange(rows, at, end));
        flights.add(new int[] {at, end});
        at = end;
      }
      if (random.nextInt(4) == 0) {
        strike();
      }
      for (int[] flight : flights) {
        Collected next = next();
        if (!next.hasResult()) {
          return false;
        }
        Result result = next.getResult();
        assertArrayEquals(
            Arrays.copyOfRange(expected, flight[0], flight[1]),
            TestGateway.rows(result),
            "positions " + flight[0] + " to " + flight[1] + " in epoch " + epoch);
        accepted = flight[1];
      }
      return true;
    }

    /** A result; or a fault, from wherever it comes first. */
    private Collected next() {
      Collected[] found = new Collected[1];
      Await.that(
          "a result or a fault, seed " + seed,
          () -> {
            Collected next = link.collected.poll();
            while (next != null && next.hasCollecting()) {
              next = link.collected.poll();
            }
            boolean fault = link.ups.stream().anyMatch(Up::hasFault) || link.isOver();
            if (next == null && fault) {
              next = Collected.getDefaultInstance();
            }
            found[0] = next;
            return next != null;
          });
      return found[0];
    }

    private void strike() {
      int span = random.nextInt(hops.length);
      TestSwarm.Node victim = hops[span];
      int kind = random.nextInt(3);
      if (dead.contains(victim)) {
        return;
      }
      switch (kind) {
        case 0 -> {
          dead.add(victim);
          swarm.net.kill(victim.id());
          for (int i = 0; i < SPARES; i++) {
            if (nodes[span][i] == victim) {
              int index = i;
              // It comes back, and has forgotten everything.
              mends.add(() -> nodes[span][index] = node(span, victim.key));
            }
          }
        }
        case 1 -> {
          org.weft.crypto.NodeId before = span == 0 ? gateway.key.id() : hops[span - 1].id();
          swarm.net.sever(before, victim.id());
          mends.add(() -> swarm.net.heal(before, victim.id()));
        }
        default -> {
          // It sleeps; the gateway notices by its stream to the chain, and it wakes while mended.
          swarm.net.freeze(victim.id());
          link.cancel();
          mends.add(() -> swarm.net.thaw(victim.id()));
        }
      }
    }

    private TestGateway.Link mend() {
      while (true) {
        if (repairs++ > 200) {
          throw new AssertionError("too many repairs");
        }
        // Some wake or come back before the chain is opened again, some while it is used.
        boolean first = random.nextBoolean();
        List<Runnable> now = List.copyOf(mends);
        mends.clear();
        if (first) {
          now.forEach(Runnable::run);
        }
        hops = new TestSwarm.Node[nodes.length];
        Arrays.setAll(hops, span -> nodes[span][random.nextInt(SPARES)]);
        TestGateway.Link next = gateway.open(++epoch, accepted, hops);
        if (!first) {
          now.forEach(Runnable::run);
        }
        Optional<Opened> opened = opened(next);
        if (opened.isPresent() && fill(next, opened.get().getHeld())) {
          return next;
        }
      }
    }

    private Optional<Opened> opened(TestGateway.Link next) {
      link = next;
      AtomicReference<Optional<Up>> found = new AtomicReference<>(Optional.empty());
      Await.that(
          "an answer to Open, seed " + seed,
          () -> {
            found.set(Optional.ofNullable(next.ups.poll()));
            return found.get().isPresent() || next.isOver();
          });
      return found.get().filter(Up::hasOpened).map(Up::getOpened);
    }

    private boolean fill(TestGateway.Link next, int held) {
      for (int at = held; at < accepted; at = Math.min(at + 30, accepted)) {
        float[][] again = Arrays.copyOfRange(rows, at, Math.min(at + 30, accepted));
        next.send(next.next(at, Want.WANT_NONE, again).setRefill(true).build());
        if (!next().hasResult()) {
          return false;
        }
      }
      return true;
    }
  }
}
