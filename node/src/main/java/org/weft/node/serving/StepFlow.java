package org.weft.node.serving;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Opened;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Step;

/**
 * The way of one session's steps through this hop: taken in, computed, logged, passed on. Every
 * method is called under the server's lock; the cache alone is the compute thread's while a pass
 * runs.
 */
final class StepFlow {
  private final Host host;
  private final StepScheduler scheduler;
  private final HopSession session;
  private final SpanCache cache;
  private final SessionLog log;
  private final int width; // of a hidden state

  private HopPlan plan;
  private StepQueue queue;
  private boolean computing;
  private int inPass;
  private @Nullable Runnable afterPass;
  private int keeps = Integer.MAX_VALUE;
  private boolean keepsLog = true;
  private int countedSteps;
  private long countedBytes;
  private long steps;
  private long computeNanos;
  private long lastStepOut;

  StepFlow(Host host, StepScheduler scheduler, HopSession session, HopPlan plan, SpanCache cache) {
    this.host = host;
    this.scheduler = scheduler;
    this.session = session;
    this.plan = plan;
    this.cache = cache;
    width = host.compute().width();
    queue = new StepQueue(plan, width);
    log = new SessionLog(host, plan);
  }

  SpanCache cache() {
    return cache;
  }

  // ---- Epochs.

  /** What waits belongs to an older epoch. As soon as no pass runs, cuts, and runs {@code then}. */
  void begin(HopPlan newer, Runnable then) {
    // Epochs may follow each other while one pass runs: the cache stays no longer than any allows.
    keeps = Math.min(keeps, newer.computesAs(plan) ? newer.base() : 0);
    keepsLog &= newer.out() == plan.out() && !newer.tail();
    plan = newer;
    queue.clear();
    queue = new StepQueue(newer, width);
    lastStepOut = 0;
    count();
    whenIdle(() -> {
      cut(keeps);
      if (!keepsLog) {
        log.clear(plan);
      }
      keeps = Integer.MAX_VALUE;
      keepsLog = true;
      then.run();
    });
  }

  int held() {
    return cache.length();
  }

  /**
   * The next hop holds {@code heldBehind} positions. What it lacks comes from our log; where the
   * log does not reach, we hold no more than it does. Returns what we hold.
   */
  int agree(int heldBehind) {
    int held = cache.length();
    if (heldBehind < held && !log.covers(heldBehind, held)) {
      held = cut(heldBehind);
    }
    queue.begin(held, heldBehind);
    return held;
  }

  List<Step> replay(int from, int to) {
    return log.replay(plan, from, to);
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
    return kept;
  }

  // ---- Steps.

  /** Takes a step in; a ProtocolException where it breaks the order. */
  void offer(Step step) {
    queue.offer(step, host.timers().nanoTime(), computing ? inPass : 0);
    count();
    advance();
  }

  /** Passes on what needs no arithmetic, and asks for a pass where the next step does. */
  void advance() {
    if (computing || !session.isOpen()) {
      return;
    }
    QueuedStep head = queue.head();
    while (head != null && !head.needsCompute() && !session.isFull()) {
      passOn(head);
      head = queue.head();
    }
    if (head != null && !session.isFull()) {
      scheduler.ready(this);
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
    session.passOn(step);
  }

  // ---- Passes.

  SessionKey key() {
    return session.key();
  }

  HopPlan plan() {
    return plan;
  }

  /** Whether a pass may take rows of it now. */
  boolean runnable() {
    QueuedStep head = queue.head();
    return session.isOpen()
        && !computing
        && head != null
        && head.needsCompute()
        && !session.isFull();
  }

  /** Whether the step at its head is short enough to go first. */
  boolean decodes(int decodeRows) {
    QueuedStep head = queue.head();
    return head != null && head.rows() <= decodeRows;
  }

  /**
   * Gives {@code budget} rows at most to a pass: of its first step, and of those that follow on.
   */
  int take(int budget, int longestStep, List<Slice> pass) {
    int taken = 0;
    int follows = -1;
    inPass = 0;
    for (QueuedStep queued : queue.inOrder()) {
      int from = queued.from() + queued.done();
      if (taken == budget
          || !queued.needsCompute()
          || queued.rows() > longestStep
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
    if (!session.isOpen() || slice.plan() != plan) {
      return;
    }
    FaultReason failure = slice.failure();
    if (failure != null) {
      session.fault(failure);
      return;
    }
    slice.step().computed(slice.rows(), slice.encoded(), nanos);
    log.append(slice);
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

  // ---- The end.

  /** Nothing that waits will be computed. */
  void stop() {
    queue.clear();
    count();
  }

  /** Gives everything back, after the pass that runs. */
  void free() {
    stop();
    whenIdle(() -> {
      cache.close();
      log.free();
    });
  }

  // ---- Figures.

  Closed counts() {
    return Closed.newBuilder()
        .setPositions(cache.length())
        .setSteps(steps)
        .setComputeNanos(computeNanos)
        .build();
  }

  ProbeReport.Builder report() {
    return ProbeReport.newBuilder()
        .setEpoch(plan.epoch())
        .setLastStepIn(queue.lastStep())
        .setLastStepOut(lastStepOut)
        .setPositions(cache.length())
        .setQueued(queue.size());
  }

  /** What {@code heldBehind} positions of the next hop make of our answer to Open. */
  Opened opened(int held, int windowBehind) {
    return Opened.newBuilder()
        .setHeld(held)
        .setWindow(Math.min(plan.window(), windowBehind))
        .setEpoch(plan.epoch())
        .build();
  }

  private void count() {
    host.counters().queued(queue.size() - countedSteps, queue.bytes() - countedBytes);
    countedSteps = queue.size();
    countedBytes = queue.bytes();
  }
}
