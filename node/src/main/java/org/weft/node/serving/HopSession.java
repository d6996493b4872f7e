package org.weft.node.serving;

import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Draining;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Opened;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Step;

/**
 * One session at this hop, over all of its epochs: what becomes of it when it is opened, goes on,
 * breaks, or loses one of its {@link Neighbours}. Every method is called under the server's lock.
 *
 * <pre>
 * OPENING --Opened from behind--> OPEN --fault--> BROKEN --Open of a higher epoch--> OPENING …
 * any --Close, lapse, or the lease's end--> ENDED
 * </pre>
 */
final class HopSession {
  /** Where it stands. */
  enum State {
    /** Waits for the hop behind to agree. */
    OPENING,
    OPEN,
    /** This epoch is over; the cache is kept for the next one until the lease ends. */
    BROKEN,
    ENDED
  }

  private static final System.Logger LOG = System.getLogger(HopSession.class.getName());

  private final Host host;
  private final SessionTable table;
  private final SessionKey key;
  private final int maxRewind;
  private final StepFlow flow;
  private final Neighbours neighbours;
  private final SessionTimers timers;
  private final FirstStep firstStep;

  private HopPlan plan;
  private State state = State.OPENING;

  HopSession(
      Host host,
      SessionTable table,
      StepScheduler scheduler,
      HopPlan plan,
      SpanCache cache,
      InboundChain above) {
    this.host = host;
    this.table = table;
    this.plan = plan;
    key = plan.key();
    maxRewind = plan.maxRewind();
    flow = new StepFlow(host, scheduler, this, plan, cache);
    neighbours = new Neighbours(host, above, () -> host.locked(flow::advance));
    timers = new SessionTimers(host);
    firstStep = new FirstStep(host, timers, neighbours, this::lapse);
    above.bind(this);
  }

  SessionKey key() {
    return key;
  }

  HopPlan plan() {
    return plan;
  }

  long epoch() {
    return plan.epoch();
  }

  SpanCache cache() {
    return flow.cache();
  }

  /** Positions that its cache was reserved to be cut back by. */
  int maxRewind() {
    return maxRewind;
  }

  StepFlow flow() {
    return flow;
  }

  // ---- Opening: the first time, and again with a higher epoch.

  /** A ticket of a higher epoch: whatever ran under the older one is over. */
  void reopen(HopPlan newer, InboundChain from) {
    timers.cancelAll();
    neighbours.reopen(plan, newer, from);
    from.bind(this);
    plan = newer;
    state = State.OPENING;
    firstStep.newEpoch();
    // The cache is the compute thread's until its pass is over.
    flow.begin(newer, this::connect);
  }

  /** Dials the hop behind, or, at the tail, agrees. */
  void connect() {
    if (state != State.OPENING) {
      // It broke while it waited for the pass of its older epoch.
      return;
    }
    if (plan.tail()) {
      agree(flow.held(), Integer.MAX_VALUE);
      return;
    }
    timers.opening(
        host.config().waits().opening().multipliedBy(plan.openHops()),
        () -> fault(FaultReason.nextHop(plan, "did not answer in time.")));
    neighbours.dial(new NextHop(host, this, plan, plan.next().orElseThrow()));
  }

  void opened(NextHop from, Opened opened) {
    if (!neighbours.isBehind(from) || state != State.OPENING) {
      return;
    }
    if (from.wasAskedFor(opened)) {
      agree(opened.getHeld(), opened.getWindow());
    } else {
      fault(FaultReason.nextHop(plan, "agreed to what nobody asked for."));
    }
  }

  /** All behind agree: says so above, and fills the next hop from our log. */
  private void agree(int heldBehind, int windowBehind) {
    timers.opened();
    int held = flow.agree(heldBehind);
    state = State.OPEN;
    neighbours.opened(flow.opened(held, windowBehind));
    // Whoever opens again may be another predecessor, and has a new stream in any case.
    table.drainingBy().ifPresent(this::drain);
    if (heldBehind < held) {
      neighbours.replay(flow.replay(heldBehind, held));
    }
    firstStep.await();
    if (plan.tail()) {
      table.bindCollectors(this);
    }
    watchLease();
  }

  private void lapse() {
    fault(
        FaultReason.passing(
            FaultCode.FAULT_CODE_DEADLINE, "No first step came, and the reservation has lapsed."));
    end();
  }

  // ---- Steps.

  void step(Step step) {
    if (state == State.OPENING) {
      fault(
          FaultReason.permanent(
              FaultCode.FAULT_CODE_PROTOCOL, "A step came before the session was open."));
    }
    if (state != State.OPEN) {
      return;
    }
    firstStep.comes();
    if (!host.hasRoomFor(step.getHidden().size())) {
      fault(
          FaultReason.retry(
              FaultCode.FAULT_CODE_OVERLOADED, "Too many rows wait at this node already.", 1000));
      return;
    }
    try {
      flow.offer(step);
    } catch (ProtocolException e) {
      fault(FaultReason.of(e));
    }
  }

  /** The hop above says so. */
  void stepsAreComing() {
    if (state == State.OPEN) {
      firstStep.isComing(plan);
    }
  }

  /** Whether steps are still wanted. */
  boolean isOpen() {
    return state == State.OPEN;
  }

  /** Whether nothing more can be passed on just now. */
  boolean isFull() {
    return neighbours.isFull();
  }

  void passOn(QueuedStep step) {
    neighbours.passOn(plan, step);
  }

  // ---- Faults, streams that end, and the lease.

  /** Something went wrong here: all who can be reached hear of it. */
  void fault(FaultReason reason) {
    if (state == State.OPENING || state == State.OPEN) {
      host.counters().fault(reason.code());
      breakWith(reason.at(plan.hop(), plan.epoch()), true, true);
    }
  }

  void faultFromAbove(Fault fault) {
    breakWith(FaultReason.passOn(fault), false, true);
  }

  void faultFromBelow(NextHop from, Fault fault) {
    if (neighbours.isBehind(from)) {
      breakWith(FaultReason.passOn(fault), true, false);
    }
  }

  private void breakWith(Fault fault, boolean up, boolean down) {
    if (state != State.OPENING && state != State.OPEN) {
      return;
    }
    boolean opening = state == State.OPENING;
    state = State.BROKEN;
    flow.stop();
    timers.opened();
    neighbours.faulted(plan, fault, up, down);
    if (opening) {
      neighbours.leaveAbove();
    }
    if (!firstStep.hasCome()) {
      // A reservation that was never used has nothing worth a lease.
      end();
    } else {
      watchLease();
    }
  }

  /** The predecessor is gone: what is under way is dropped, what is in the cache kept. */
  void aboveEnded(InboundChain ended) {
    if (!neighbours.isAbove(ended)) {
      return;
    }
    neighbours.lostAbove();
    if (state == State.OPENING || state == State.OPEN) {
      if (host.isStopping()) {
        fault(FaultReason.LEAVING);
        return;
      }
      String who = plan.hop() == 0 ? "The gateway" : "Hop " + (plan.hop() - 1);
      FaultReason reason =
          FaultReason.passing(FaultCode.FAULT_CODE_CLOSED, who + " has ended its stream.");
      host.counters().fault(reason.code());
      breakWith(reason.at(Math.max(0, plan.hop() - 1), plan.epoch()), false, true);
    }
  }

  void nextEnded(NextHop ended, @Nullable NodeException cause) {
    if (!neighbours.isBehind(ended)) {
      return;
    }
    if (host.isStopping()) {
      fault(FaultReason.LEAVING);
      return;
    }
    // Who wrote the ticket chose the address: what a dial of it met is told to the log alone.
    LOG.log(
        System.Logger.Level.DEBUG,
        () -> "Hop %d: %s".formatted(plan.hop() + 1, cause == null ? "ended" : cause.getMessage()));
    fault(FaultReason.nextHop(plan, "cannot be reached, or left."));
  }

  void drainingBelow(NextHop from, Draining draining) {
    if (neighbours.isBehind(from)) {
      neighbours.draining(draining);
    }
  }

  /** This node will leave. */
  void drain(long byUnixMillis) {
    neighbours.draining(Draining.newBuilder().setHop(plan.hop()).setByUnixMs(byUnixMillis).build());
  }

  private void watchLease() {
    boolean uncollected = plan.tail() && !neighbours.collected();
    boolean alone = state == State.BROKEN || (state == State.OPEN && uncollected);
    timers.lease(alone, host.config().waits().lease(), this::leaseOver);
  }

  private void leaseOver() {
    fault(FaultReason.passing(FaultCode.FAULT_CODE_DEADLINE, "Nobody has collected the results."));
    end();
  }

  // ---- The collector.

  void collect(Collector collector) {
    collector.bind(this);
    neighbours.collect(collector, plan.epoch());
    watchLease();
  }

  void collectorGone(Collector collector) {
    neighbours.collectorGone(collector);
    watchLease();
  }

  // ---- The end.

  ProbeReport report() {
    return flow.report().setKnown(state != State.ENDED).build();
  }

  Closed counts() {
    return flow.counts();
  }

  /** Closed by its owner: the hops behind hear of it first, then the answer goes up. */
  void close() {
    // Of the epoch that their ticket names, whichever later one the gateway has named to us.
    neighbours.close(key.close(plan.epoch()), counts());
    end();
  }

  /** Frees everything; what has been said still leaves. */
  void end() {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    timers.cancelAll();
    neighbours.end();
    flow.free();
    table.ended(this);
  }
}
