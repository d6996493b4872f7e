package org.weft.node.session;

import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.InferenceSession.Rows;

/**
 * What a session has still to send, cut into chunks: first what a mended chain lacks, then the
 * caller's step. Pure; owned by {@link ChainState}, whose owner serialises the calls.
 */
final class Agenda {
  private final ChainLimits limits;

  // What a mended chain lacks: [fillNext, fillEnd) is still to be sent.
  private int fillNext;
  private int fillEnd;

  // The caller's step: [stepStart, stepEnd), answered up to stepDone and sent up to stepNext.
  private boolean stepping;
  private int stepStart;
  private int stepEnd;
  private int stepDone;
  private int stepNext;
  private Rows stepWant = Rows.NONE;

  Agenda(ChainLimits limits) {
    this.limits = limits;
  }

  /** Refuses a step that the session has no room for, or that would leave a gap. */
  void check(int position, int count, int accepted) {
    if (position < 0 || count < 1) {
      throw new NodeException(
          NodeError.ARGUMENT, "no step has " + count + " rows at position " + position);
    }
    if (position > accepted) {
      throw new NodeException(
          NodeError.ARGUMENT,
          "a step at position " + position + " leaves a gap: " + accepted + " are there");
    }
    if (count > limits.maxLength() - position) {
      throw new NodeException(
          NodeError.TOO_LONG,
          "position "
              + ((long) position + count)
              + " is beyond the "
              + limits.maxLength()
              + " that the session has reserved");
    }
    if (stepping) {
      throw new NodeException(NodeError.ARGUMENT, "a session takes one step at a time");
    }
  }

  void step(ChainEvent.Submit submit) {
    stepping = true;
    stepStart = submit.position();
    stepEnd = submit.position() + submit.count();
    stepDone = stepStart;
    stepNext = stepStart;
    stepWant = submit.want();
  }

  void giveUp() {
    stepping = false;
  }

  /** A new chain: what was in flight is sent again. */
  void startOver() {
    fillNext = 0;
    fillEnd = 0;
    stepNext = stepDone;
  }

  /**
   * The new chain holds {@code held} of {@code accepted} positions. Rows that the step in progress
   * brings anew need not be filled in first.
   */
  void fillFrom(int held, int accepted) {
    fillNext = held;
    fillEnd = Math.max(held, stepping ? Math.min(accepted, stepNext) : accepted);
  }

  boolean fills() {
    return fillNext < fillEnd;
  }

  /** Whether a chunk of the step comes next. */
  boolean steps() {
    return !fills() && stepping && stepNext < stepEnd;
  }

  Chunk nextOfFill(long epoch, long step, long now) {
    int rows = Math.min(limits.chunkRows(), fillEnd - fillNext);
    Chunk chunk = new Chunk(epoch, step, fillNext, rows, Rows.NONE, true, 0, now);
    fillNext += rows;
    return chunk;
  }

  Chunk nextOfStep(long epoch, long step, long now) {
    int rows = Math.min(limits.chunkRows(), stepEnd - stepNext);
    boolean last = stepNext + rows == stepEnd;
    Rows want =
        switch (stepWant) {
          case NONE -> Rows.NONE;
          case LAST -> last ? Rows.LAST : Rows.NONE;
          case ALL -> Rows.ALL;
        };
    int outRow = want == Rows.ALL ? stepNext - stepStart : 0;
    Chunk chunk = new Chunk(epoch, step, stepNext, rows, want, false, outRow, now);
    stepNext += rows;
    return chunk;
  }

  /** A chunk of the step has been answered. */
  void answered(Chunk chunk) {
    stepDone = chunk.end();
  }

  /** True once, when all of the step has been answered. */
  boolean finish() {
    boolean done = stepping && stepDone == stepEnd;
    if (done) {
      stepping = false;
    }
    return done;
  }
}
