package org.weft.node.serving;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.node.transport.Timers;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.RowCodec;
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
 * One session at this hop, over all of its epochs: the streams on both sides, the cache, the output
 * log and the steps that wait. Every method is called under the server's lock; the cache alone is
 * the compute thread's while a pass runs.
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

  private final Host host;
  private final SessionTable table;
  private final StepScheduler scheduler;
  private final SessionKey key;
  private final SpanCache cache;
  private final long logGrant;
  private final TailResults results;
  private final SessionTimers timers;

  private HopPlan plan;
  private StepQueue queue;
  private OutputLog log;
  private State state = State.OPENING;
  private @Nullable InboundChain above;
  private @Nullable NextHop next;
  private boolean stepped;
  private boolean computing;
  private int inPass;
  private @Nullable Runnable afterPass;
  private int countedSteps;
  private long countedBytes;
  private long countedLog;
  private long steps;
  private long computeNanos;
  private long lastStepOut;

  HopSession(
      Host host,
      SessionTable table,
      StepScheduler scheduler,
      HopPlan plan,
      SpanCache cache,
      InboundChain above) {
    this.host = host;
    this.table = table;
    this.scheduler = scheduler;
    this.plan = plan;
    this.cache = cache;
    key = plan.key();
    results = new TailResults(host, () -> host.locked(this::roomBehind));
    timers = new SessionTimers(host);
    long rowBytes = RowCodec.bytes(plan.out(), 1, host.compute().width());
    logGrant = plan.tail() ? 0 : host.logs().grant(rowBytes * plan.maxLength());
    log = new OutputLog((int) rowBytes, logGrant);
    queue = new StepQueue(plan, host.compute().width());
    this.above = above;
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

  State state() {
    return state;
  }

  int maxLength() {
    return cache.maxLength();
  }

  SpanCache cache() {
    return cache;
  }

  // ---- Opening: the first time, and again with a higher epoch.

  /** A ticket of a higher epoch: whatever ran under the older one is over. */
  void reopen(HopPlan newer, InboundChain from) {
    HopPlan older = plan;
    if (above != null && above != from) {
      above.refuse(
          FaultReason.passing(
              FaultCode.FAULT_CODE_STALE_EPOCH, "The session was opened again with a later epoch."),
          older.hop(),
          older.epoch());
    }
    if (next != null) {
      next.leave();
      next = null;
    }
    timers.cancelAll();
    queue.clear();
    plan = newer;
    queue = new StepQueue(newer, host.compute().width());
    count();
    state = State.OPENING;
    above = from;
    from.bind(this);
    boolean keepsCache = newer.computesAs(older);
    boolean keepsLog = newer.out() == older.out() && !newer.tail();
    results.begin(newer.epoch());
    // The cache is the compute thread's until its pass is over.
    whenIdle(
        () -> {
          cut(keepsCache ? newer.base() : 0);
          if (!keepsLog) {
            clearLog();
          }
          connect();
        });
  }

  /** Dials the hop behind, or, at the tail, agrees. */
  void connect() {
    if (plan.tail()) {
      agree(cache.length(), Integer.MAX_VALUE);
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
                    "The hop after hop %d did not answer in time.".formatted(plan.hop()))));
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

  /**
   * All behind agree, and the next hop holds {@code heldBehind} positions. What it lacks comes from
   * our log; where the log does not reach, we hold no more than it does.
   */
  private void agree(int heldBehind, int windowBehind) {
    timers.opened();
    int held = cache.length();
    if (heldBehind < held && !(log.start() <= heldBehind && log.end() >= held)) {
      held = cut(heldBehind);
    }
    queue.begin(held, heldBehind);
    state = State.OPEN;
    if (above != null) {
      above.opened(
          Opened.newBuilder()
              .setHeld(held)
              .setWindow(Math.min(plan.window(), windowBehind))
              .setEpoch(plan.epoch())
              .build());
    }
    if (next != null && heldBehind < held) {
      List<Step> rows =
          StepFrames.replay(plan, log, heldBehind, held, host.compute().width());
      rows.forEach(next::send);
    }
    if (!stepped) {
      timers.firstStep(host.config().waits().firstStep(), this::lapse);
    }
    if (plan.tail()) {
      table.bindCollectors(this);
    }
    watchLease();
  }

  /** Cuts cache and log to at most {@code length} positions; returns how many are left. */
  private int cut(int length) {
    int kept = Math.min(cache.length(), length);
    if (kept < cache.length()) {
      // A sliding window may no longer have what so short a cache needs.
      kept = kept < cache.shortestLength() ? 0 : kept;
      cache.truncate(kept);
    }
    log.cut(kept);
    countLog();
    return kept;
  }

  private void lapse() {
    fault(
        FaultReason.passing(
            FaultCode.FAULT_CODE_DEADLINE, "No first step came, and the reservation has lapsed."));
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
    long size = step.getHidden().size();
    if (host.counters().queuedBytes() + size > host.config().caps().queuedBytes()) {
      fault(
          FaultReason.retry(
              FaultCode.FAULT_CODE_OVERLOADED, "Too many rows wait at this node already.", 1000));
      return;
    }
    try {
      queue.offer(step, host.timers().nanoTime(), computing ? inPass : 0);
    } catch (ProtocolException e) {
      fault(FaultReason.of(e));
      return;
    }
    count();
    advance();
  }

  /** Whether another replayed step may be read. */
  boolean replaysFit() {
    return queue.replays() < plan.window();
  }

  /** Passes on what needs no arithmetic, and asks for a pass where the next step does. */
  private void advance() {
    if (computing || state != State.OPEN) {
      return;
    }
    QueuedStep head = queue.head();
    while (head != null && !head.needsCompute() && !outFull()) {
      passOn(head);
      head = queue.head();
    }
    if (head != null && !outFull()) {
      scheduler.ready(this);
    }
  }

  private boolean outFull() {
    return next == null ? results.isFull() : next.isFull();
  }

  /** There is room again on the way out. */
  void roomBehind() {
    advance();
  }

  /** Whether a pass may take rows of it now. */
  boolean runnable() {
    QueuedStep head = queue.head();
    return state == State.OPEN
        && !computing
        && head != null
        && head.needsCompute()
        && !outFull();
  }

  /** Whether the step at its head is short enough to go first. */
  boolean decodes(int decodeRows) {
    QueuedStep head = queue.head();
    return head != null && head.left() <= decodeRows;
  }

  /** Gives {@code budget} rows at most to a pass: of its first step, and of those that follow on. */
  int take(int budget, int longestStep, List<Slice> pass) {
    int taken = 0;
    int follows = -1;
    inPass = 0;
    for (QueuedStep queued : queue.inOrder()) {
      int from = queued.from() + queued.done();
      if (taken == budget
          || !queued.needsCompute()
          || queued.left() > longestStep
          || (follows >= 0 && from != follows)) {
        break;
      }
      int rows = Math.min(queued.left(), budget - taken);
      queued.begin(host.timers().nanoTime());
      pass.add(new Slice(this, plan, queued, rows, taken == 0));
      inPass++;
      taken += rows;
      follows = from + rows;
    }
    computing = taken > 0;
    return taken;
  }

  /** Takes back what a pass has made of a slice. */
  void computed(Slice slice, long nanos) {
    computeNanos += nanos;
    if (state != State.OPEN || slice.plan() != plan) {
      return;
    }
    FaultReason failure = slice.failure();
    if (failure != null) {
      fault(failure);
      return;
    }
    slice.step().computed(slice.rows(), slice.encoded(), nanos);
    if (!plan.tail() && slice.encoded() != null) {
      log.append(slice.position(), slice.rows(), slice.encoded());
      countLog();
    }
    if (slice.endsStep()) {
      passOn(slice.step());
    }
  }

  /** The pass is over: the cache is ours again. */
  void passDone() {
    computing = false;
    Runnable waiting = afterPass;
    afterPass = null;
    if (waiting != null) {
      waiting.run();
    } else {
      advance();
    }
  }

  private void whenIdle(Runnable act) {
    if (computing) {
      afterPass = act;
    } else {
      act.run();
    }
  }

  private void passOn(QueuedStep step) {
    queue.removeHead();
    count();
    steps++;
    host.counters().step();
    if (!step.step().getReplay()) {
      lastStepOut = step.step().getStep();
    }
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
    queue.clear();
    count();
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
    if (!stepped) {
      // A reservation that was never used has nothing worth a lease.
      end(true);
    } else if (opening && above != null) {
      above.leave();
      above = null;
    }
    watchLease();
  }

  void aboveEnded(InboundChain ended) {
    if (above != ended) {
      return;
    }
    above = null;
    if (state == State.OPENING) {
      fault(
          FaultReason.passing(
              FaultCode.FAULT_CODE_NEXT_HOP, "The stream ended before the session was open."));
    } else if (state == State.OPEN && next != null) {
      // What is under way still goes on to the collector; behind us the lease starts with ours.
      next.faulted(
          FaultReason.passing(FaultCode.FAULT_CODE_NEXT_HOP, "The stream from above has ended.")
              .at(plan.hop(), plan.epoch()));
    }
    watchLease();
  }

  void nextEnded(NextHop ended, @Nullable NodeException cause) {
    if (ended != next) {
      return;
    }
    String why = cause == null ? "it ended the stream" : String.valueOf(cause.getMessage());
    fault(
        FaultReason.passing(
            FaultCode.FAULT_CODE_NEXT_HOP,
            "Hop %d cannot be reached, or left: %s".formatted(plan.hop() + 1, why)));
  }

  void drainingBelow(NextHop from, Draining draining) {
    if (from == next && above != null) {
      above.draining(draining);
    }
  }

  /** This node will leave. */
  void drain(long byUnixMillis) {
    if (above != null) {
      above.draining(
          Draining.newBuilder().setHop(plan.hop()).setByUnixMs(byUnixMillis).build());
    }
  }

  private void watchLease() {
    boolean alone =
        state == State.BROKEN
            || (state == State.OPEN
                && (above == null || (plan.tail() && !results.collected())));
    timers.lease(alone, host.config().waits().lease(), () -> end(true));
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
    return ProbeReport.newBuilder()
        .setKnown(state != State.ENDED)
        .setEpoch(plan.epoch())
        .setLastStepIn(queue.lastStep())
        .setLastStepOut(lastStepOut)
        .setPositions(cache.length())
        .setQueued(queue.size())
        .build();
  }

  Closed counts() {
    return Closed.newBuilder()
        .setPositions(cache.length())
        .setSteps(steps)
        .setComputeNanos(computeNanos)
        .build();
  }

  /** Closed by its owner: the hops behind hear of it first, then the answer goes up. */
  Closed close(long epoch) {
    Closed counts = counts();
    if (next != null) {
      next.close(
          Close.newBuilder()
              .setSessionId(com.google.protobuf.ByteString.copyFrom(key.session().bytes()))
              .setGateway(com.google.protobuf.ByteString.copyFrom(key.gateway().bytes()))
              .setEpoch(epoch)
              .build());
    }
    if (above != null) {
      above.answerClosed(counts);
      above = null;
    }
    end(false);
    return counts;
  }

  /** Frees everything; what was said before still leaves where {@code afterAll}. */
  void end(boolean afterAll) {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    timers.cancelAll();
    queue.clear();
    count();
    if (above != null) {
      above.leave();
      above = null;
    }
    if (next != null && afterAll) {
      next.leaveAfterAll();
    }
    results.end(afterAll);
    table.ended(this);
    whenIdle(this::release);
  }

  private void release() {
    cache.close();
    clearLog();
    host.logs().giveBack(logGrant);
    table.released();
  }

  private void clearLog() {
    log.clear();
    log = new OutputLog((int) RowCodec.bytes(plan.out(), 1, host.compute().width()), logGrant);
    countLog();
  }

  private void count() {
    host.counters().queued(queue.size() - countedSteps, queue.bytes() - countedBytes);
    countedSteps = queue.size();
    countedBytes = queue.bytes();
  }

  private void countLog() {
    host.counters().logged(log.bytes() - countedLog);
    countedLog = log.bytes();
  }
}
