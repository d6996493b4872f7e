package org.weft.node.serving;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.SessionId;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Open;

/**
 * Which sessions there are, were and are waited for. Guarded by the server's lock, which {@link
 * #open} alone takes itself.
 */
final class SessionTable {
  private final Host host;
  private final Admission admission;
  private final StepScheduler scheduler;
  private final Map<SessionKey, HopSession> sessions = new HashMap<>();
  private final Reservations reservations;
  private final ClosedSessions closed;
  private final WaitingCollectors collectors;
  private OptionalLong drainingBy = OptionalLong.empty();

  SessionTable(Host host, Admission admission, StepScheduler scheduler) {
    this.host = host;
    this.admission = admission;
    this.scheduler = scheduler;
    reservations = new Reservations(host, sessions.values());
    closed = new ClosedSessions(host.clock(), host.config().caps().remembered());
    collectors = new WaitingCollectors(host);
  }

  int size() {
    return sessions.size();
  }

  /** Whether this node will leave. */
  boolean draining() {
    return drainingBy.isPresent();
  }

  /** When this node will have left, in Unix milliseconds. */
  OptionalLong drainingBy() {
    return drainingBy;
  }

  WaitingCollectors collectors() {
    return collectors;
  }

  List<HopSession> all() {
    return List.copyOf(sessions.values());
  }

  @Nullable HopSession find(SessionKey key) {
    return sessions.get(key);
  }

  /** The session with all of its spans here. */
  List<HopSession> ofName(NodeId gateway, SessionId session) {
    List<HopSession> found = new ArrayList<>();
    for (HopSession each : sessions.values()) {
      if (each.key().session().equals(session) && each.key().gateway().equals(gateway)) {
        found.add(each);
      }
    }
    return found;
  }

  Optional<ClosedSessions.Memory> recall(NodeId gateway, SessionId session) {
    return closed.recall(gateway, session);
  }

  /** Opens or opens again, or refuses. The signatures are checked before the lock is taken. */
  void open(InboundChain from, Open open) {
    switch (admission.check(from.peer(), open)) {
      case Admission.Refused(FaultReason reason, long epoch) ->
          host.locked(() -> from.refuse(reason, open.getHop(), epoch));
      case Admission.Admitted(HopPlan plan) ->
          host.locked(() -> {
            FaultReason refusal = openAdmitted(plan, from);
            if (refusal != null) {
              from.refuse(refusal, plan.hop(), plan.epoch());
            }
          });
    }
  }

  private @Nullable FaultReason openAdmitted(HopPlan plan, InboundChain from) {
    HopSession session = sessions.get(plan.key());
    if (from.session() != null && from.session() != session) {
      return FaultReason.permanent(
          FaultCode.FAULT_CODE_PROTOCOL, "One stream carries one session.");
    }
    FaultReason stale = stale(plan);
    if (stale != null) {
      return stale;
    }
    if (session == null) {
      return openNew(plan, from);
    }
    if (plan.maxLength() > session.cache().maxLength() || plan.maxRewind() > session.maxRewind()) {
      return FaultReason.permanent(
          FaultCode.FAULT_CODE_TOO_LONG,
          "The session has %d positions and goes back by %d; a later ticket adds nothing."
              .formatted(session.cache().maxLength(), session.maxRewind()));
    }
    session.reopen(plan, from);
    return null;
  }

  /** An epoch that this node has seen, for whichever blocks, is over or in use. */
  private @Nullable FaultReason stale(HopPlan plan) {
    SessionKey key = plan.key();
    for (HopSession other : ofName(key.gateway(), key.session())) {
      // A chain may pass a node twice, under one epoch, with other blocks.
      boolean behind =
          other.key().equals(key) ? plan.epoch() <= other.epoch() : plan.epoch() < other.epoch();
      if (behind) {
        return FaultReason.permanent(
            FaultCode.FAULT_CODE_STALE_EPOCH,
            "The session stands at epoch %d, not %d.".formatted(other.epoch(), plan.epoch()));
      }
    }
    Optional<ClosedSessions.Memory> memory = recall(key.gateway(), key.session());
    if (memory.isPresent() && plan.epoch() <= memory.get().epoch()) {
      return FaultReason.permanent(
          FaultCode.FAULT_CODE_CLOSED, "The session that the ticket opens has ended here.");
    }
    return null;
  }

  private @Nullable FaultReason openNew(HopPlan plan, InboundChain from) {
    if (draining()) {
      return FaultReason.passing(
          FaultCode.FAULT_CODE_DRAINING, "This node is leaving and takes no new sessions.");
    }
    FaultReason crowded = reservations.crowded(plan);
    if (crowded != null) {
      return crowded;
    }
    Reservations.Answer answer = reservations.reserve(plan);
    if (answer instanceof Reservations.Refused && endOutdated(plan)) {
      answer = reservations.reserve(plan);
    }
    return switch (answer) {
      case Reservations.Refused(FaultReason reason) -> reason;
      case Reservations.Reserved(SpanCache cache) -> {
        HopSession session = new HopSession(host, this, scheduler, plan, cache, from);
        sessions.put(plan.key(), session);
        session.connect();
        yield null;
      }
    };
  }

  /** Gives up what the same session holds for blocks that its newer chain cuts otherwise. */
  private boolean endOutdated(HopPlan plan) {
    boolean any = false;
    for (HopSession other : ofName(plan.key().gateway(), plan.key().session())) {
      if (other.epoch() < plan.epoch()) {
        other.end();
        any = true;
      }
    }
    return any;
  }

  /** Closes one session, and remembers {@code epoch}; a gateway may name a later one. */
  void close(HopSession session, long epoch) {
    session.close();
    closed.remember(
        session.key(), epoch, session.plan().expiresMillis(), Closed.getDefaultInstance());
  }

  void closedUnseen(NodeId gateway, SessionId session, long epoch) {
    closed.rememberUnseen(gateway, session, epoch);
  }

  void bindCollectors(HopSession tail) {
    for (Collector collector : collectors.take(tail.key(), tail.epoch())) {
      collect(collector);
    }
  }

  /** Binds a collector to its session, lets it wait for that, or refuses it. */
  void collect(Collector collector) {
    if (collector.isGone()) {
      return;
    }
    SessionKey key = collector.key();
    HopSession session = sessions.get(key);
    if (session == null || session.epoch() < collector.epoch()) {
      Optional<ClosedSessions.Memory> memory = recall(key.gateway(), key.session());
      if (memory.isPresent() && collector.epoch() <= memory.get().epoch()) {
        collector.refuse(FaultCode.FAULT_CODE_CLOSED, "The session has ended here.");
      } else {
        collectors.add(collector);
      }
    } else if (!collector.peer().equals(session.plan().collector())) {
      collector.refuse(
          FaultCode.FAULT_CODE_TICKET, "The session's ticket names another collector.");
    } else if (!session.plan().tail()) {
      collector.refuse(
          FaultCode.FAULT_CODE_PROTOCOL, "Results are collected from the last hop alone.");
    } else if (collector.epoch() < session.epoch()) {
      collector.refuse(
          FaultCode.FAULT_CODE_STALE_EPOCH,
          "The session stands at epoch %d.".formatted(session.epoch()));
    } else {
      session.collect(collector);
    }
  }

  void ended(HopSession session) {
    sessions.remove(session.key(), session);
    closed.remember(
        session.key(), session.epoch(), session.plan().expiresMillis(), session.counts());
  }

  void drain(long byUnixMillis) {
    drainingBy = OptionalLong.of(byUnixMillis);
    for (HopSession session : all()) {
      session.drain(byUnixMillis);
    }
  }
}
