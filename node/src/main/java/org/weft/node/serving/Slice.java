package org.weft.node.serving;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.weft.protocol.v1.Want;

/**
 * Rows of one step in one forward pass. Made under the server's lock, then the compute thread's
 * until the pass is over.
 */
final class Slice {
  private final StepFlow flow;
  private final HopPlan plan;
  private final QueuedStep step;
  private final int done;
  private final int rows;
  private final boolean first;
  private @Nullable ByteString encoded;
  private @Nullable FaultReason failure;
  private int at;

  /** {@code first}: no row of the same session stands before it in the pass. */
  Slice(StepFlow flow, HopPlan plan, QueuedStep step, int rows, boolean first) {
    this.flow = flow;
    this.plan = plan;
    this.step = step;
    done = step.done();
    this.rows = rows;
    this.first = first;
  }

  StepFlow flow() {
    return flow;
  }

  HopPlan plan() {
    return plan;
  }

  QueuedStep step() {
    return step;
  }

  /** Rows of the step that went before. */
  int done() {
    return done;
  }

  int rows() {
    return rows;
  }

  boolean first() {
    return first;
  }

  int position() {
    return step.from() + done;
  }

  boolean endsStep() {
    return done + rows == step.rows();
  }

  /** The index in the batch of its first row. */
  int at() {
    return at;
  }

  void putAt(int row) {
    at = row;
  }

  /** Of its rows, those at the end that leave this hop. */
  int rowsOut() {
    if (!plan.tail()) {
      return rows;
    }
    return switch (step.want()) {
      case WANT_ALL -> rows;
      case WANT_LAST -> endsStep() ? 1 : 0;
      case WANT_NONE, WANT_UNSPECIFIED, UNRECOGNIZED -> 0;
    };
  }

  /** Rows of the whole step that leave a tail. */
  static int rowsOfResult(QueuedStep step) {
    return step.want() == Want.WANT_ALL ? step.rows() : step.want() == Want.WANT_LAST ? 1 : 0;
  }

  void encoded(ByteString bytes) {
    encoded = bytes;
  }

  @Nullable ByteString encoded() {
    return encoded;
  }

  void fail(FaultReason reason) {
    failure = reason;
  }

  @Nullable FaultReason failure() {
    return failure;
  }
}
