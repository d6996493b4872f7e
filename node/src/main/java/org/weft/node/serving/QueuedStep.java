package org.weft.node.serving;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Want;

/** A step that waits or is being computed, perhaps in slices. Guarded by the server's lock. */
final class QueuedStep {
  private final Step step;
  private final long arrivedNanos;
  private final int heldBehind;
  private boolean skipped;
  private int done;
  private boolean begun;
  private long queueNanos;
  private long computeNanos;
  private ByteString output = ByteString.EMPTY;

  /** {@code heldBehind}: of the step's rows, those at its front that the next hop holds already. */
  QueuedStep(Step step, long arrivedNanos, int heldBehind) {
    this.step = step;
    this.arrivedNanos = arrivedNanos;
    this.heldBehind = heldBehind;
    skipped = step.getSkipped();
  }

  Step step() {
    return step;
  }

  int heldBehind() {
    return heldBehind;
  }

  /** The first position that it writes. */
  int from() {
    return step.getPosition() + step.getHeld();
  }

  /** Rows that it brings along. */
  int rows() {
    return step.getRows() - step.getHeld();
  }

  int end() {
    return step.getPosition() + step.getRows();
  }

  Want want() {
    return step.getWant();
  }

  boolean skipped() {
    return skipped;
  }

  void skip() {
    skipped = true;
  }

  boolean needsCompute() {
    return !skipped && done < rows();
  }

  int done() {
    return done;
  }

  int left() {
    return rows() - done;
  }

  void begin(long nanos) {
    if (!begun) {
      begun = true;
      queueNanos = nanos - arrivedNanos;
    }
  }

  void computed(int rows, @Nullable ByteString encoded, long nanos) {
    done += rows;
    computeNanos += nanos;
    if (encoded != null) {
      output = output.concat(encoded);
    }
  }

  long queueNanos(long now) {
    return begun ? queueNanos : now - arrivedNanos;
  }

  long computeNanos() {
    return computeNanos;
  }

  /** What it sends on: every computed row, or those that the collector wants. */
  ByteString output() {
    return output;
  }
}
