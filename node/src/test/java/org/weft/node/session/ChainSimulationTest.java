package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.session.ChainFixture.Node;
import org.weft.node.session.InferenceSession.Rows;

/**
 * A session through random faults: hops killed, links severed and healed, hops stopped and woken,
 * in the middle of steps and of mending, one and several at a time. Whatever happens, every row
 * that comes out has the bits of a run in which nothing did.
 */
class ChainSimulationTest {
  private static final int BLOCKS = 6;
  private static final int LENGTH = 160;
  private static final int RUNS = 12;

  @Test
  void shouldGiveTheUndisturbedRunsRowsThroughEveryOrderOfFailures() throws Exception {
    long first = System.nanoTime();
    for (int run = 0; run < RUNS; run++) {
      new Run(first + run).play();
    }
  }

  /** One seed's fate. */
  private static final class Run {
    private final long seed;
    private final Random random;
    private final ChainFixture swarm;
    private final float[][] expected;
    private final List<List<Node>> peers = new ArrayList<>(); // by third of the model
    private final List<Runnable> cures = new ArrayList<>();
    private int mends;
    private volatile String why = "";

    Run(long seed) {
      this.seed = seed;
      random = new Random(seed);
      swarm = new ChainFixture(BLOCKS, LENGTH, seed);
      expected = swarm.reference();
      for (int third = 0; third < 3; third++) {
        peers.add(new ArrayList<>());
        for (int i = 0; i < 2; i++) {
          peers.get(third).add(swarm.node("n", 2 * third, 2 * third + 2));
        }
      }
    }

    void play() throws Exception {
      ChainSessionFactory factory =
          swarm.factory(ChainConfig.standard().withChunkRows(5), ChainRepair.none());
      try (ChainSession session = factory.open(pick(), LENGTH, swarm.source())) {
        int position = 0;
        int faults = 0;
        while (position < LENGTH) {
          // Now and then a few positions are gone over again, as rejected speculation is.
          int from = Math.max(0, position - (random.nextInt(4) == 0 ? random.nextInt(9) : 0));
          int count = Math.min(LENGTH - from, 1 + random.nextInt(25));
          boolean harmed = faults < 6 && random.nextInt(3) == 0;
          if (harmed) {
            faults++;
            harm(session);
          }
          if (step(session, from, count)) {
            position = from + count;
          } else {
            mend(session);
          }
        }
      } catch (NodeException | AssertionError failed) {
        throw new AssertionError("seed " + seed, failed);
      }
      swarm.close();
    }

    private boolean step(ChainSession session, int from, int count) throws Exception {
      Rows want = Rows.values()[random.nextInt(3)];
      CompletableFuture<Boolean> step =
          ChainFixture.async(() -> {
            try {
              MemorySegment rows = session.step(from, count, want);
              int got = (int) (rows.byteSize() / (4 * ChainFixture.WIDTH));
              int first = want == Rows.LAST ? from + count - 1 : from;
              ChainFixture.assertRows(expected, first, got, rows, "seed " + seed);
              return true;
            } catch (NodeException broken) {
              return false;
            }
          });
      return await(step);
    }

    /** Lets deadlines pass while somebody waits for a hop that is silent. */
    private <T> T await(CompletableFuture<T> result) throws Exception {
      for (int i = 0; i < 100; i++) {
        try {
          return result.get(cures.isEmpty() ? 20_000 : 30, TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException waiting) {
          swarm.time.advance(Duration.ofSeconds(2));
        }
      }
      throw new AssertionError("seed " + seed + ": a call has never ended");
    }

    private void mend(ChainSession session) throws Exception {
      for (int tries = 0; tries < 20; tries++) {
        if (tries > 0 || random.nextBoolean()) {
          cureAll();
        }
        Route route = pick();
        CompletableFuture<Boolean> mended =
            ChainFixture.async(() -> {
              try {
                session.mend(route);
                return true;
              } catch (NodeException again) {
                why = again.error() + " " + again.getMessage();
                return false;
              }
            });
        if (await(mended)) {
          mends++;
          assertEquals(route, session.route());
          return;
        }
      }
      throw new AssertionError("seed " + seed + ": never mended, after " + mends + ": " + why);
    }

    private Route pick() {
      List<Route.Hop> hops = new ArrayList<>();
      for (int third = 0; third < 3; third++) {
        Node node = peers.get(third).get(random.nextInt(2));
        if (random.nextInt(3) == 0) {
          Node other = peers.get(third).get(random.nextInt(2));
          if (other != node) {
            hops.add(ChainFixture.hop(node, 2 * third, 2 * third + 1));
            hops.add(ChainFixture.hop(other, 2 * third + 1, 2 * third + 2));
            continue;
          }
        }
        hops.add(ChainFixture.hop(node, 2 * third, 2 * third + 2));
      }
      return new Route(hops);
    }

    private void harm(ChainSession session) {
      List<Route.Hop> hops = session.route().hops();
      int hop = random.nextInt(hops.size());
      var victim = hops.get(hop).record().node();
      var before = hop == 0 ? swarm.gateway.id() : hops.get(hop - 1).record().node();
      switch (random.nextInt(3)) {
        case 0 -> {
          swarm.network.kill(victim);
          cures.add(() -> replace(victim));
        }
        case 1 -> {
          swarm.network.sever(before, victim);
          cures.add(() -> swarm.network.heal(before, victim));
        }
        default -> {
          swarm.network.freeze(victim);
          cures.add(() -> swarm.network.thaw(victim));
        }
      }
    }

    private void replace(org.weft.crypto.NodeId dead) {
      for (List<Node> third : peers) {
        for (int i = 0; i < third.size(); i++) {
          if (third.get(i).id().equals(dead)) {
            third.set(i, swarm.restart(third.get(i)));
          }
        }
      }
    }

    private void cureAll() {
      cures.forEach(Runnable::run);
      cures.clear();
    }
  }
}
