package org.weft.node.serving;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Draining;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Opened;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Step;

/**
 * One session at this hop, over all of its epochs: who is above, behind and collecting, and what
 * becomes of it when one of them goes. Every method is called under the server's lock.
 *
 * <pre>
 * OPENING --Opened from behind--> OPEN --fault--> BROKEN --Open of a higher epoch--> OPENING …
 * any --Close, lapse, or the lease's end--> ENDED
 * </pre>
 */
final class HopSession implements StepFlow.Exit {
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
  private final StepFlow flow;
  private final TailResults results;
  private final SessionTimers timers;

  private HopPlan plan;
  private State state = State.OPENING;
  private @Nullable InboundChain above;
  private @Nullable NextHop next;
  private boolean stepped;

  /** Whether the hop behind knows that steps are coming in this epoch. */
  private boolean announced;

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
    this.above = above;
    key = plan.key();
    flow = new StepFlow(host, scheduler, this, this, plan, cache);
    results = new TailResults(host, () -> host.locked(flow::advance));
    timers = new SessionTimers(host);
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

  int maxLength() {
    return flow.cache().maxLength();
  }

  StepFlow flow() {
    return flow;
  }

  // ---- Opening: the first time, and again with a higher epoch.

  /** A ticket of a higher epoch: whatever ran under the older one is over. */
  void reopen(HopPlan newer, InboundChain from) {
    if (above != null && above != from) {
      above.superseded(plan);
    }
    if (next != null) {
      next.leave();
      next = null;
    }
    timers.cancelAll();
    boolean sameCollector = newer.tail() && newer.collector().equals(plan.collector());
    plan = newer;
    state = State.OPENING;
    announced = false;
    above = from;
    from.bind(this);
    results.begin(newer.epoch(), sameCollector);
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
    NextHop behind = new NextHop(host, this, plan.next().orElseThrow());
    next = behind;
    timers.opening(
        host.config().waits().opening().multipliedBy(plan.openHops()),
        () ->
            fault(
                FaultReason.passing(
                    FaultCode.FAULT_CODE_NEXT_HOP,
                    "Hop %d did not answer in time.".formatted(plan.hop() + 1))));
    behind.dial(
        Open.newBuilder()
            .setTicket(plan.ticket())
            .setHop(plan.hop() + 1)
            .setBase(plan.base())
            .build());
  }

  void opened(NextHop from, Opened opened) {
    if (from != next || state != State.OPENING) {
      return;
    }
    if (opened.getEpoch() != plan.epoch()
        || opened.getHeld() < 0
        || opened.getHeld() > plan.base()
        || opened.getWindow() <= 0) {
      fault(
          FaultReason.passing(
              FaultCode.FAULT_CODE_NEXT_HOP, "The next hop agreed to what nobody asked for."));
      return;
    }
    agree(opened.getHeld(), opened.getWindow());
  }

  /** All behind agree: says so above, and fills the next hop from our log. */
  private void agree(int heldBehind, int windowBehind) {
    timers.opened();
    int held = flow.agree(heldBehind);
    state = State.OPEN;
    if (above != null) {
      above.opened(flow.opened(held, windowBehind));
    }
    if (next != null && heldBehind < held) {
      flow.replay(heldBehind, held).forEach(next::send);
    }
    if (!stepped) {
      timers.firstStep(host.config().waits().firstStep(), this::lapse);
    }
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
    stepped = true;
    timers.stepped();
    announce();
    long queued = host.counters().queuedBytes() + step.getHidden().size();
    if (queued > host.config().caps().queuedBytes()) {
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

  /**
   * The hop above says so: the first step of an epoch may take long on its way, and that must not
   * be taken for silence. Saying it again gains no more time.
   */
  void stepsAreComing() {
    if (state != State.OPEN || announced) {
      return;
    }
    if (!stepped) {
      int hops = Math.max(1, plan.hop());
      timers.firstStep(host.config().waits().announced().multipliedBy(hops), this::lapse);
    }
    announce();
  }

  private void announce() {
    if (!announced) {
      announced = true;
      if (next != null) {
        next.probe();
      }
    }
  }

  @Override
  public boolean isOpen() {
    return state == State.OPEN;
  }

  @Override
  public boolean isFull() {
    return next == null ? results.isFull() : next.isFull();
  }

  @Override
  public void passOn(QueuedStep step) {
    long now = host.timers().nanoTime();
    NextHop behind = next;
    if (behind != null) {
      StepFrames.onward(plan, step, now, host.compute().width()).ifPresent(behind::send);
    } else if (!step.step().getReplay()) {
      results.add(StepFrames.result(plan, step, now));
    }
    if (above != null) {
      above.roomAgain();
    }
  }

  // ---- Faults, streams that end, and the lease.

  /** Something went wrong here: all who can be reached hear of it. */
  @Override
  public void fault(FaultReason reason) {
    if (state == State.OPENING || state == State.OPEN) {
      host.counters().fault(reason.code());
      breakWith(reason.at(plan.hop(), plan.epoch()), true, true);
    }
  }

  void faultFromAbove(Fault fault) {
    breakWith(FaultReason.passOn(fault), false, true);
  }

  void faultFromBelow(NextHop from, Fault fault) {
    if (from == next) {
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
    if (up && above != null) {
      above.faulted(fault);
    }
    if (down && next != null) {
      next.faulted(fault);
    }
    if (plan.tail()) {
      results.add(fault);
    }
    if (above != null) {
      above.roomAgain();
    }
    if (opening && above != null) {
      above.leave();
      above = null;
    }
    if (!stepped) {
      // A reservation that was never used has nothing worth a lease.
      end();
    } else {
      watchLease();
    }
  }

  /** The predecessor is gone: what is under way is dropped, what is in the cache kept. */
  void aboveEnded(InboundChain ended) {
    if (above != ended) {
      return;
    }
    above = null;
    if (state == State.OPENING || state == State.OPEN) {
      if (host.isStopping()) {
        fault(FaultReason.LEAVING);
        return;
      }
      int hop = Math.max(0, plan.hop() - 1);
      String who = plan.hop() == 0 ? "The gateway" : "Hop " + hop;
      FaultReason reason =
          FaultReason.passing(FaultCode.FAULT_CODE_CLOSED, who + " has ended its stream.");
      host.counters().fault(reason.code());
      breakWith(reason.at(hop, plan.epoch()), false, true);
    }
  }

  void nextEnded(NextHop ended, @Nullable NodeException cause) {
    if (ended != next) {
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
    fault(
        FaultReason.passing(
            FaultCode.FAULT_CODE_NEXT_HOP,
            "Hop %d cannot be reached, or left.".formatted(plan.hop() + 1)));
  }

  void drainingBelow(NextHop from, Draining draining) {
    if (from == next && above != null) {
      above.draining(draining);
    }
  }

  /** This node will leave. */
  void drain(long byUnixMillis) {
    if (above != null) {
      above.draining(Draining.newBuilder().setHop(plan.hop()).setByUnixMs(byUnixMillis).build());
    }
  }

  private void watchLease() {
    boolean uncollected = plan.tail() && !results.collected();
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
    results.bind(collector, plan.epoch());
    watchLease();
  }

  void collectorGone(Collector collector) {
    results.unbind(collector);
    watchLease();
  }

  // ---- The end.

  ProbeReport report() {
    return flow.report().setKnown(state != State.ENDED).build();
  }

  Closed counts() {
    return Closed.newBuilder()
        .setPositions(flow.report().getPositions())
        .setSteps(flow.steps())
        .setComputeNanos(flow.computeNanos())
        .build();
  }

  /** Closed by its owner: the hops behind hear of it first, then the answer goes up. */
  void close(long epoch) {
    if (next != null) {
      next.close(
          Close.newBuilder()
              .setSessionId(ByteString.copyFrom(key.session().bytes()))
              .setGateway(ByteString.copyFrom(key.gateway().bytes()))
              .setEpoch(epoch)
              .build());
      next = null;
    }
    if (above != null) {
      above.answerClosed(counts());
      above = null;
    }
    results.clear();
    end();
  }

  /** Frees everything; what has been said still leaves. */
  void end() {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    timers.cancelAll();
    if (above != null) {
      above.leave();
      above = null;
    }
    if (next != null) {
      next.leaveAfterAll();
    }
    results.end();
    flow.free();
    table.ended(this);
  }
}
