package org.weft.node.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;

class ShortestChainTest {
  private static final int GRAPHS = 400;
  private static final List<NodeKey> KEYS = keys(6);

  private static List<NodeKey> keys(int count) {
    List<NodeKey> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(NodeKey.generate(new SecureRandom()));
    }
    keys.sort((a, b) -> Arrays.compareUnsigned(a.id().bytes(), b.id().bytes()));
    return keys;
  }

  /** More than any chain of a random graph costs. */
  private static final long HOP = 1_000_000;

  @Test
  void shouldFindTheCheapestChainOfRandomGraphs() {
    findTheBest(ShortestChain.Aim.FASTEST, 0);
  }

  @Test
  void shouldFindTheCheapestOfTheShortestChainsWhenHopsCountFirst() {
    findTheBest(ShortestChain.Aim.FEWEST_HOPS, HOP);
  }

  private static void findTheBest(ShortestChain.Aim aim, long hop) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int found = 0;
    for (int graph = 0; graph < GRAPHS; graph++) {
      int blocks = 1 + random.nextInt(6);
      List<Candidate> candidates = candidates(random, blocks);
      Optional<ShortestChain.Chain> chain = new ShortestChain(candidates, blocks, aim).find();
      long cheapest = cheapest(candidates, blocks, 0, -1, hop);
      String where = "seed " + seed + ", graph " + graph + ": " + candidates;
      assertEquals(cheapest < Long.MAX_VALUE, chain.isPresent(), where);
      if (chain.isPresent()) {
        found++;
        long hops = hop * chain.get().legs().size();
        assertEquals(cheapest, chain.get().nanos() + hops, where);
        assertEquals(cheapest, cost(candidates, chain.get(), blocks) + hops, where);
      }
    }
    assertTrue(found > GRAPHS / 10, "seed " + seed + " made hardly any graph with a chain");
  }

  @Test
  void shouldGiveTheSameChainWhenSeveralCostTheSame() {
    Candidate a = candidate(0, 0, 4, 0, 10, 100, Map.of());
    Candidate b = candidate(1, 0, 4, 0, 10, 100, Map.of());
    for (int i = 0; i < 5; i++) {
      ShortestChain.Chain chain =
          new ShortestChain(List.of(a, b), 4, ShortestChain.Aim.FASTEST).find().orElseThrow();
      assertEquals(1, chain.legs().size());
      assertEquals(0, chain.legs().getFirst().candidate());
    }
  }

  private static List<Candidate> candidates(Random random, int blocks) {
    List<Candidate> candidates = new ArrayList<>();
    int peers = 1 + random.nextInt(KEYS.size());
    for (int peer = 0; peer < peers; peer++) {
      int start = random.nextInt(blocks);
      int end = start + 1 + random.nextInt(blocks - start);
      Map<NodeId, Long> ways = new HashMap<>();
      for (NodeKey other : KEYS) {
        if (random.nextBoolean()) {
          ways.put(other.id(), (long) random.nextInt(30));
        }
      }
      candidates.add(
          candidate(
              peer,
              start,
              end,
              random.nextInt(20),
              1 + random.nextInt(20),
              random.nextInt(20),
              ways));
    }
    return candidates;
  }

  private static Candidate candidate(
      int key, int start, int end, long way, long layer, long standing, Map<NodeId, Long> ways) {
    VerifiedRecord record =
        VerifiedRecord.verify(
            TicketFixture.signed(KEYS.get(key), TicketFixture.record(KEYS.get(key), start, end)),
            TicketFixture.NETWORK,
            TicketFixture.NOW);
    return new Candidate(record, way, layer, standing, ways);
  }

  /** Every chain there is, cut anywhere. */
  private static long cheapest(
      List<Candidate> candidates, int blocks, int block, int last, long hop) {
    if (block == blocks) {
      return candidates.get(last).wayNanos();
    }
    long best = Long.MAX_VALUE;
    for (int peer = 0; peer < candidates.size(); peer++) {
      Candidate candidate = candidates.get(peer);
      if (peer == last || candidate.span().start() > block) {
        continue;
      }
      for (int end = block + 1; end <= candidate.span().end(); end++) {
        long rest = cheapest(candidates, blocks, end, peer, hop);
        if (rest < Long.MAX_VALUE) {
          best = Math.min(best, hop + rest + leg(candidates, last, peer, end - block));
        }
      }
    }
    return best;
  }

  private static long cost(List<Candidate> candidates, ShortestChain.Chain chain, int blocks) {
    long nanos = 0;
    int last = -1;
    int block = 0;
    for (ShortestChain.Leg leg : chain.legs()) {
      assertEquals(block, leg.span().start());
      assertTrue(candidates.get(leg.candidate()).span().contains(leg.span()));
      nanos += leg(candidates, last, leg.candidate(), leg.span().blocks());
      last = leg.candidate();
      block = leg.span().end();
    }
    assertEquals(blocks, block);
    return nanos + candidates.get(last).wayNanos();
  }

  private static long leg(List<Candidate> candidates, int last, int peer, int blocks) {
    Candidate candidate = candidates.get(peer);
    long way = last < 0 ? candidate.wayNanos() : candidates.get(last).wayTo(candidate);
    return way + candidate.standingNanos() + candidate.layerNanos() * blocks;
  }
}
