package org.weft.node.serving;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.RowCodec;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Want;

/**
 * The steps of one session and epoch that wait, and the rules of their order: {@code step} rises by
 * one, positions are authoritative but leave no gap, replayed rows come first, and what a later
 * step overwrites is skipped. Refusals are ProtocolExceptions. Guarded by the server's lock.
 */
final class StepQueue {
  private final HopPlan plan;
  private final int width; // of a hidden state
  private final ArrayDeque<QueuedStep> steps = new ArrayDeque<>();
  private long lastStep;
  private boolean numbered;
  private int replays; // that wait: they do not count against the window
  private long bytes;

  /** Positions that the cache will have once all that waits has been computed. */
  private int length;

  /**
   * Positions that the next hop holds beyond ours, while we are filled again; 0 once it needs every
   * row.
   */
  private int nextHolds;

  StepQueue(HopPlan plan, int width) {
    this.plan = plan;
    this.width = width;
  }

  /** From here on: we hold {@code held} positions, the next hop {@code heldBehind}. */
  void begin(int held, int heldBehind) {
    length = held;
    nextHolds = heldBehind > held ? heldBehind : 0;
  }

  int size() {
    return steps.size();
  }

  /** Rows that wait, in bytes. */
  long bytes() {
    return bytes;
  }

  long lastStep() {
    return lastStep;
  }

  @Nullable QueuedStep head() {
    return steps.peek();
  }

  Iterable<QueuedStep> inOrder() {
    return steps;
  }

  void removeHead() {
    QueuedStep head = steps.remove();
    bytes -= head.step().getHidden().size();
    replays -= head.step().getReplay() ? 1 : 0;
  }

  void clear() {
    steps.clear();
    bytes = 0;
    replays = 0;
  }

  /**
   * Takes a step in; {@code computing} is the number at the front that can no longer be skipped.
   */
  void offer(Step step, long nowNanos, int computing) {
    checkOrder(step);
    checkShape(step);
    int from = step.getPosition() + step.getHeld();
    int end = step.getPosition() + step.getRows();
    if (!step.getSkipped() && from > length) {
      throw broken("position %d leaves a gap after %d", from, length);
    }
    QueuedStep queued = new QueuedStep(step, nowNanos, heldBehind(step, from, end));
    if (!step.getSkipped() && from < end) {
      if (from < length) {
        skipOverwritten(from, computing);
      }
      length = end;
    }
    steps.add(queued);
    bytes += step.getHidden().size();
    if (step.getReplay()) {
      replays++;
    } else {
      numbered = true;
      lastStep = step.getStep();
    }
  }

  private void checkOrder(Step step) {
    if (step.getEpoch() != plan.epoch()) {
      throw broken("a step of epoch %d in epoch %d", step.getEpoch(), plan.epoch());
    }
    if (step.getReplay()) {
      if (numbered || step.getStep() != 0 || step.getPosition() != length) {
        throw broken("replayed rows out of order");
      }
    } else if (numbered ? step.getStep() != lastStep + 1 : step.getStep() <= 0) {
      throw broken("step %d after step %d", step.getStep(), lastStep);
    } else if (steps.size() - replays >= plan.window()) {
      throw broken("more than %d steps in flight", plan.window());
    }
  }

  private void checkShape(Step step) {
    int rows = step.getRows();
    int held = step.getHeld();
    long end = (long) step.getPosition() + rows;
    if (rows < 1 || rows > plan.maxStepRows() || held < 0 || held > rows) {
      throw broken("a step of %d rows, %d of them held", rows, held);
    }
    if (step.getPosition() < 0 || end > plan.maxLength()) {
      throw new ProtocolException(
          FaultCode.FAULT_CODE_TOO_LONG,
          "positions %d to %d are beyond the %d that the session has"
              .formatted(step.getPosition(), end, plan.maxLength()));
    }
    if (step.getTimesCount() > plan.hop()) {
      throw broken("times of %d hops at hop %d", step.getTimesCount(), plan.hop());
    }
    switch (step.getWant()) {
      case WANT_NONE -> {}
      case WANT_LAST, WANT_ALL ->
          require(
              held == 0 && !step.getReplay() && !step.getRefill(),
              "rows are wanted that are held or accepted already");
      case WANT_UNSPECIFIED, UNRECOGNIZED -> throw broken("a step that does not say what it wants");
    }
    if (step.getSkipped()) {
      require(step.getHidden().isEmpty(), "a skipped step with rows");
      return;
    }
    require(step.getFormat() == plan.in(), "rows in another format than the ticket's");
    long expected = RowCodec.bytes(plan.in(), rows - held, width);
    if (step.getHidden().size() != expected || expected > Wire.MAX_STEP_BYTES) {
      throw broken("%d rows of width %d in %d bytes", rows - held, width, step.getHidden().size());
    }
    boolean allGoOn = !plan.tail() || step.getWant() == Want.WANT_ALL;
    long out = RowCodec.bytes(plan.out(), allGoOn ? rows - held : 1, width);
    require(out <= Wire.MAX_STEP_BYTES, "more rows than a message to the next hop holds");
    boolean again = step.getReplay() || step.getRefill();
    require(!again || end <= plan.base(), "rows are sent again beyond the base");
  }

  /** How many rows at the front of the step the next hop holds, or does once we are filled. */
  private int heldBehind(Step step, int from, int end) {
    int held = step.getHeld();
    if (nextHolds == 0 || step.getSkipped() || from == end) {
      return held;
    }
    boolean same = step.getRefill() || step.getReplay();
    if (!same || from < length) {
      // Other rows than those that it holds.
      nextHolds = 0;
      return held;
    }
    int heldBehind = Math.max(held, Math.min(step.getRows(), nextHolds - step.getPosition()));
    if (end >= nextHolds) {
      nextHolds = 0;
    }
    return heldBehind;
  }

  /** Every step that writes at or after {@code from} is cut away by the one that comes now. */
  private void skipOverwritten(int from, int computing) {
    int index = 0;
    for (QueuedStep queued : steps) {
      if (index++ >= computing && queued.needsCompute() && queued.from() >= from) {
        queued.skip();
      }
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw broken(what);
    }
  }

  private static ProtocolException broken(String format, Object... arguments) {
    return new ProtocolException(FaultCode.FAULT_CODE_PROTOCOL, format.formatted(arguments));
  }
}
