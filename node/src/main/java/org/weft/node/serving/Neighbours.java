package org.weft.node.serving;

import org.jspecify.annotations.Nullable;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Draining;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.Opened;
import org.weft.protocol.v1.Step;

/**
 * Who stands around one session at this hop: the predecessor's stream above, the next hop behind
 * and, at the tail, the collector; and what they are told, as far as they still stand. Guarded by
 * the server's lock.
 */
final class Neighbours {
  private final Host host;
  private final TailResults results;
  private @Nullable InboundChain above;
  private @Nullable NextHop next;

  /** {@code room} runs each time that a collector who had fallen behind takes results again. */
  Neighbours(Host host, InboundChain above, Runnable room) {
    this.host = host;
    this.above = above;
    results = new TailResults(host, room);
  }

  boolean isAbove(InboundChain chain) {
    return above == chain;
  }

  boolean isBehind(NextHop hop) {
    return next == hop;
  }

  // ---- Opening.

  /** Opened again by {@code from}: who stood around the older epoch hears of it, or is left. */
  void reopen(HopPlan older, HopPlan newer, InboundChain from) {
    if (above != null && above != from) {
      above.superseded(older);
    }
    if (next != null) {
      next.leave();
      next = null;
    }
    above = from;
    boolean sameCollector = newer.tail() && newer.collector().equals(older.collector());
    results.begin(newer.epoch(), sameCollector);
  }

  void dial(NextHop behind) {
    next = behind;
    behind.dial();
  }

  void opened(Opened opened) {
    if (above != null) {
      above.opened(opened);
    }
  }

  // ---- Steps.

  /** The hop behind hears that steps are coming. */
  void announce() {
    if (next != null) {
      next.probe();
    }
  }

  /** Rows from our log, for the hop behind. */
  void replay(Iterable<Step> steps) {
    if (next != null) {
      steps.forEach(next::send);
    }
  }

  boolean isFull() {
    return next == null ? results.isFull() : next.isFull();
  }

  void passOn(HopPlan plan, QueuedStep step) {
    long now = host.timers().nanoTime();
    NextHop behind = next;
    if (behind != null) {
      StepFrames.onward(plan, step, now, host.compute().width()).ifPresent(behind::send);
    } else if (!step.step().getReplay()) {
      results.add(StepFrames.result(plan, step, now));
    }
  }

  // ---- What goes wrong.

  void faulted(HopPlan plan, Fault fault, boolean up, boolean down) {
    if (up && above != null) {
      above.faulted(fault);
    }
    if (down && next != null) {
      next.faulted(fault);
    }
    if (plan.tail()) {
      results.add(fault);
    }
  }

  void draining(Draining draining) {
    if (above != null) {
      above.draining(draining);
    }
  }

  /** The predecessor's stream has ended. */
  void lostAbove() {
    above = null;
  }

  /** Ends the predecessor's stream, once all that was said has been sent. */
  void leaveAbove() {
    if (above != null) {
      above.leave();
      above = null;
    }
  }

  // ---- The collector.

  boolean collected() {
    return results.collected();
  }

  void collect(Collector collector, long epoch) {
    results.bind(collector, epoch);
  }

  void collectorGone(Collector collector) {
    results.unbind(collector);
  }

  // ---- The end.

  /** Closed in order: the hops behind hear of it first, then the answer goes up. */
  void close(Close close, Closed counts) {
    if (next != null) {
      next.close(close);
      next = null;
    }
    if (above != null) {
      above.answerClosed(counts);
      above = null;
    }
    results.clear();
  }

  /** Leaves everybody; what has been said still leaves, too. */
  void end() {
    leaveAbove();
    if (next != null) {
      next.leaveAfterAll();
    }
    results.end();
  }
}
