package org.weft.node.routing;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.weft.crypto.NodeId;
import org.weft.node.directory.Directory;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.protocol.v1.PeerStatus;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.Span;

/**
 * Finds the chain of peers through which one row is computed soonest: measured round trips, time
 * for each layer, queues, and what is held against peers that failed. It only reads the directory.
 * Thread-safe.
 */
public final class Router {
  /** Why a peer may not take part, or empty. */
  private record Verdict(VerifiedRecord record, String against) {}

  private final Directory directory;
  private final RouterConfig config;
  private final Penalties penalties;

  public Router(Directory directory, RouterConfig config, Clock clock) {
    this.directory = directory;
    this.config = config;
    penalties = new Penalties(config, clock);
  }

  /** A peer failed: it is avoided for a while, unless there is no other. */
  public void failed(NodeId peer) {
    penalties.failed(peer);
  }

  public RouteSearch find(RouteRequest request) {
    if (!request.byHand().isEmpty()) {
      return byHand(request);
    }
    List<Candidate> candidates = new ArrayList<>();
    for (Verdict verdict : verdicts(request)) {
      if (verdict.against().isEmpty()) {
        candidates.add(candidate(verdict.record(), request));
      }
    }
    Optional<ShortestChain.Chain> chain =
        new ShortestChain(candidates, request.blocks(), ShortestChain.Aim.FASTEST).find();
    if (chain.isPresent() && chain.get().legs().size() > VerifiedTicket.MAX_HOPS) {
      // No ticket carries it; another one may be short enough, however slow.
      chain = new ShortestChain(candidates, request.blocks(), ShortestChain.Aim.FEWEST_HOPS).find();
    }
    return chain.isEmpty() ? noRoute(request, candidates) : route(candidates, chain.get());
  }

  private static RouteSearch route(List<Candidate> candidates, ShortestChain.Chain chain) {
    List<Route.Hop> hops = new ArrayList<>();
    for (ShortestChain.Leg leg : chain.legs()) {
      hops.add(new Route.Hop(candidates.get(leg.candidate()).record(), leg.span()));
    }
    return found(hops, chain.nanos());
  }

  private static RouteSearch found(List<Route.Hop> hops, long nanos) {
    int most = VerifiedTicket.MAX_HOPS;
    return hops.size() <= most
        ? new RouteSearch.Found(new Route(hops), nanos)
        : new RouteSearch.NoRoute(
            hops.get(most).span().start(),
            "a chain has %d hops at most, and over these peers it takes %d; "
                    .formatted(most, hops.size())
                + "peers that serve more blocks each are needed");
  }

  /**
   * The longest session for which there is a chain now: for each block the most that any usable
   * peer accepts, and of these the least. 0 where there is no chain at all.
   *
   * @param limit what the model itself allows
   */
  public int maxLength(RouteRequest request, int limit) {
    int[] longest = new int[request.blocks()];
    for (Verdict verdict : verdicts(request)) {
      if (verdict.against().isEmpty()) {
        int said = verdict.record().record().getMaxLength();
        int accepts = said > 0 ? Math.min(said, limit) : limit;
        Span span = verdict.record().span();
        for (int block = span.start(); block < Math.min(span.end(), longest.length); block++) {
          longest[block] = Math.max(longest[block], accepts);
        }
      }
    }
    int least = limit;
    for (int accepts : longest) {
      least = Math.min(least, accepts);
    }
    return least;
  }

  /** The chain, and of each peer why it was taken or not; a line each. */
  public String explain(RouteRequest request) {
    StringBuilder text = new StringBuilder();
    Map<NodeId, List<Span>> taken = new HashMap<>();
    switch (find(request)) {
      case RouteSearch.Found(Route route, long nanos) -> {
        text.append("chain of ").append(route.hops().size());
        text.append(" hops, about ").append(millis(nanos)).append(" a row\n");
        for (Route.Hop hop : route.hops()) {
          taken.computeIfAbsent(hop.record().node(), id -> new ArrayList<>()).add(hop.span());
        }
      }
      case RouteSearch.NoRoute(int block, String sentence) -> text.append(sentence).append('\n');
    }
    for (Verdict verdict : verdicts(request)) {
      VerifiedRecord record = verdict.record();
      text.append(record.node()).append(" blocks ").append(record.span()).append(": ");
      List<Span> parts = taken.get(record.node());
      if (parts != null) {
        text.append("taken for ").append(parts);
      } else if (!verdict.against().isEmpty()) {
        text.append(verdict.against());
      } else {
        text.append("slower than the chain");
      }
      Candidate candidate = candidate(record, request);
      text.append(" (one way ").append(millis(candidate.wayNanos()));
      text.append(", a block ").append(millis(candidate.layerNanos()));
      text.append(", queue and penalties ").append(millis(candidate.standingNanos()));
      text.append(")\n");
    }
    return text.toString();
  }

  private RouteSearch byHand(RouteRequest request) {
    List<Verdict> verdicts = verdicts(request);
    List<Route.Hop> hops = new ArrayList<>();
    int block = 0;
    for (RouteRequest.Stretch stretch : request.byHand()) {
      Span span = stretch.span();
      if (span.start() != block || span.end() > request.blocks()) {
        return new RouteSearch.NoRoute(
            block,
            "the chain given by hand has blocks " + span + " where block " + block + " comes next");
      }
      Optional<Verdict> verdict =
          verdicts.stream()
              .filter(v -> v.record().node().equals(stretch.node()))
              .filter(v -> v.record().span().contains(span))
              .findFirst();
      if (verdict.isEmpty() || !verdict.get().against().isEmpty()) {
        String why = verdict.map(Verdict::against).orElse("no such peer serves them");
        return new RouteSearch.NoRoute(
            block, "peer " + stretch.node() + " cannot compute blocks " + span + ": " + why);
      }
      hops.add(new Route.Hop(verdict.get().record(), span));
      block = span.end();
    }
    if (block < request.blocks()) {
      return new RouteSearch.NoRoute(
          block, "the chain given by hand ends before block " + block + " of " + request.blocks());
    }
    return found(hops, 0);
  }

  /** Every peer of the model, in the order of NodeIds, and what stands against it. */
  private List<Verdict> verdicts(RouteRequest request) {
    return directory.records(request.model()).stream()
        .map(record -> new Verdict(record, against(record, request)))
        .toList();
  }

  private String against(VerifiedRecord record, RouteRequest request) {
    ByteString numerics = record.record().getNumerics();
    int accepts = record.record().getMaxLength();
    if (request.without().contains(record.node())) {
      return "left out";
    }
    if (record.record().getStatus() != PeerStatus.PEER_STATUS_SERVING) {
      return "it is leaving";
    }
    if (record.span().start() >= request.blocks()) {
      return "it serves blocks that the model does not have";
    }
    if (!request.numerics().isEmpty() && !request.numerics().equals(numerics)) {
      return "it computes in another way";
    }
    if (accepts > 0 && accepts < request.maxLength()) {
      return "it accepts " + accepts + " positions only";
    }
    if (directory.roundTrip(record).isEmpty()) {
      return "nobody has answered under its name at its address yet";
    }
    return "";
  }

  private Candidate candidate(VerifiedRecord record, RouteRequest request) {
    long rtt = directory.roundTrip(record).orElse(config.unknownRtt()).toNanos();
    long pages = Math.ceilDiv(request.maxLength(), KvPool.PAGE_POSITIONS);
    boolean full = Integer.toUnsignedLong(record.record().getFreeKvPages()) < pages;
    return Candidate.of(record, rtt, config, full, penalties.nanos(record.node()));
  }

  private RouteSearch noRoute(RouteRequest request, List<Candidate> usable) {
    Coverage coverage = new Coverage(request.blocks());
    usable.forEach(candidate -> coverage.add(candidate.span()));
    int block = coverage.firstGap();
    StringBuilder sentence = new StringBuilder("no peer serves block ").append(block);
    sentence.append(" of model ").append(request.modelName());
    sentence.append("; blocks served: ").append(coverage);
    List<String> against =
        verdicts(request).stream()
            .filter(v -> !v.against().isEmpty() && v.record().span().start() <= block)
            .filter(v -> block < v.record().span().end())
            .map(v -> v.record().node() + ": " + v.against())
            .limit(4)
            .toList();
    if (!against.isEmpty()) {
      sentence.append(" (not asked: ").append(String.join(", ", against)).append(')');
    }
    return new RouteSearch.NoRoute(block, sentence.toString());
  }

  private static String millis(long nanos) {
    return Duration.ofNanos(nanos).toMillis() < 10
        ? nanos / 1000 + " µs"
        : nanos / 1_000_000 + " ms";
  }
}
