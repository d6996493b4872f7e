package org.weft.node.routing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.weft.shard.model.Span;

/**
 * Dijkstra's shortest path over (block, peer): a state is the end of the blocks computed so far and
 * the peer that computed the last of them. Costs are whole nanoseconds and ties go to fewer hops,
 * then to the lower NodeIds and earlier cuts, so that the same view always gives the same chain.
 * Where the hops count first, costs decide between chains of as many hops.
 *
 * <p>A hop may end after any block: where measured ways break the triangle inequality, a peer may
 * be worth a single block for the sake of the way through it.
 */
final class ShortestChain {
  /** Hops of the chain, by index of the candidate and the block at which each ends. */
  record Chain(List<Leg> legs, long nanos) {}

  record Leg(int candidate, Span span) {}

  /** What counts first. */
  enum Aim {
    FASTEST,
    FEWEST_HOPS
  }

  private record State(int block, int peer, long nanos, int hops) {}

  private final List<Candidate> candidates;
  private final int blocks;
  private final Aim aim;
  // Both are [blocks + 1, candidates], indexed by block and the peer that computed the one before.
  private final State[] best;
  private final State[] before;

  /** {@code candidates} are in the order of their NodeIds. */
  ShortestChain(List<Candidate> candidates, int blocks, Aim aim) {
    this.candidates = candidates;
    this.blocks = blocks;
    this.aim = aim;
    best = new State[(blocks + 1) * candidates.size()];
    before = new State[best.length];
  }

  Optional<Chain> find() {
    PriorityQueue<State> open = new PriorityQueue<>(this::compare);
    for (int peer = 0; peer < candidates.size(); peer++) {
      if (candidates.get(peer).span().start() == 0) {
        leave(new State(0, -1, 0, 0), peer, candidates.get(peer).wayNanos(), open);
      }
    }
    Optional<Chain> found = Optional.empty();
    while (!open.isEmpty()) {
      State state = open.remove();
      if (best[index(state)] != state) {
        continue;
      }
      if (found.isPresent() && !beats(state.nanos(), state.hops(), found.get())) {
        break;
      }
      if (state.block() == blocks) {
        long nanos = state.nanos() + candidates.get(state.peer()).wayNanos();
        if (found.isEmpty() || beats(nanos, state.hops(), found.get())) {
          found = Optional.of(new Chain(legs(state), nanos));
        }
        continue;
      }
      for (int peer = 0; peer < candidates.size(); peer++) {
        Span span = candidates.get(peer).span();
        if (peer != state.peer() && span.start() <= state.block() && state.block() < span.end()) {
          leave(state, peer, candidates.get(state.peer()).wayTo(candidates.get(peer)), open);
        }
      }
    }
    return found;
  }

  /** Relaxes every end that the peer's part of the chain may have. */
  private void leave(State from, int peer, long wayNanos, PriorityQueue<State> open) {
    Candidate candidate = candidates.get(peer);
    int last = Math.min(candidate.span().end(), blocks);
    for (int end = from.block() + 1; end <= last; end++) {
      long nanos =
          from.nanos()
              + wayNanos
              + candidate.standingNanos()
              + candidate.layerNanos() * (end - from.block());
      State to = new State(end, peer, nanos, from.hops() + 1);
      State standing = best[index(to)];
      if (standing == null || isBetter(to, from, standing)) {
        best[index(to)] = to;
        before[index(to)] = from;
        open.add(to);
      }
    }
  }

  private boolean isBetter(State to, State from, State standing) {
    if (to.nanos() != standing.nanos() || to.hops() != standing.hops()) {
      return compare(to, standing) < 0;
    }
    return compare(from, before[index(standing)]) < 0;
  }

  private boolean beats(long nanos, int hops, Chain chain) {
    return switch (aim) {
      case FASTEST -> nanos < chain.nanos();
      case FEWEST_HOPS ->
          hops < chain.legs().size() || (hops == chain.legs().size() && nanos < chain.nanos());
    };
  }

  private int compare(State one, State other) {
    int byCost = Long.compare(one.nanos(), other.nanos());
    int byHops = Integer.compare(one.hops(), other.hops());
    int first = aim == Aim.FASTEST ? byCost : byHops;
    int second = first != 0 ? first : aim == Aim.FASTEST ? byHops : byCost;
    int byBlock = second != 0 ? second : Integer.compare(other.block(), one.block());
    return byBlock != 0 ? byBlock : Integer.compare(one.peer(), other.peer());
  }

  private List<Leg> legs(State last) {
    Deque<Leg> legs = new ArrayDeque<>();
    State state = last;
    while (state.peer() >= 0) {
      State from = before[index(state)];
      legs.addFirst(new Leg(state.peer(), new Span(from.block(), state.block())));
      state = from;
    }
    return List.copyOf(legs);
  }

  private int index(State state) {
    return state.block() * candidates.size() + state.peer();
  }
}
