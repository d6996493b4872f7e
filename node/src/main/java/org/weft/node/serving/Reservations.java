package org.weft.node.serving;

import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.weft.protocol.v1.FaultCode;
import org.weft.shard.ShardException;

/**
 * What sessions may have of this node, in all and for each gateway and each predecessor: places,
 * and KV pages. Holds no state but what the sessions hold. Guarded by the server's lock.
 */
final class Reservations {
  private static final int RETRY_MILLIS = 1000;

  private final Host host;
  private final Collection<HopSession> sessions;

  /** A cache for the whole session, or why there is none. */
  sealed interface Answer {}

  record Reserved(SpanCache cache) implements Answer {}

  record Refused(FaultReason reason) implements Answer {}

  /** {@code sessions}: those that are open, whenever it is asked. */
  Reservations(Host host, Collection<HopSession> sessions) {
    this.host = host;
    this.sessions = sessions;
  }

  /** Why there is no place for one more session, however short; null where there is. */
  @Nullable FaultReason crowded(HopPlan plan) {
    BlockServerConfig.Caps caps = host.config().caps();
    int ofPredecessor = 0;
    int ofGateway = 0;
    for (HopSession other : sessions) {
      ofPredecessor += other.plan().predecessor().equals(plan.predecessor()) ? 1 : 0;
      ofGateway += other.key().gateway().equals(plan.key().gateway()) ? 1 : 0;
    }
    String who =
        sessions.size() >= caps.sessions()
            ? "this node"
            : ofPredecessor >= caps.sessionsPerPredecessor()
                ? "the hop before it"
                : ofGateway >= caps.sessionsPerGateway() ? "its gateway" : "";
    return who.isEmpty()
        ? null
        : FaultReason.retry(
            FaultCode.FAULT_CODE_OVERLOADED,
            "As many sessions are open here as %s may have.".formatted(who),
            RETRY_MILLIS);
  }

  /** Reserves, or takes nothing. */
  Answer reserve(HopPlan plan) {
    Optional<SpanCache> cache;
    try {
      cache = host.compute().reserve(plan.maxLength(), plan.maxRewind());
    } catch (ShardException e) {
      return new Refused(FaultReason.of(e));
    }
    if (cache.isEmpty()) {
      return outOfCache("Of %d KV pages, too few are free for %d positions.", plan, allPages());
    }
    int most = (int) (host.config().caps().peerShare() * allPages());
    if (pagesOfPeers(plan) + cache.get().pages() > most) {
      cache.get().close();
      return outOfCache(
          "Of the %d KV pages that one peer may hold, too few are free for %d positions.",
          plan, most);
    }
    return new Reserved(cache.get());
  }

  private int allPages() {
    return host.compute().pages();
  }

  /** What the plan's gateway holds already, or its predecessor where that is more. */
  private int pagesOfPeers(HopPlan plan) {
    int ofPredecessor = 0;
    int ofGateway = 0;
    for (HopSession other : sessions) {
      int pages = other.cache().pages();
      ofPredecessor += other.plan().predecessor().equals(plan.predecessor()) ? pages : 0;
      ofGateway += other.key().gateway().equals(plan.key().gateway()) ? pages : 0;
    }
    return Math.max(ofPredecessor, ofGateway);
  }

  private static Refused outOfCache(String sentence, HopPlan plan, int pages) {
    return new Refused(
        FaultReason.retry(
            FaultCode.FAULT_CODE_OUT_OF_CACHE,
            sentence.formatted(pages, plan.maxLength()),
            RETRY_MILLIS));
  }
}
