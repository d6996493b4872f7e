package org.weft.node.session;

import org.weft.node.session.InferenceSession.Rows;

/**
 * Rows that go down the chain in one step.
 *
 * @param fill rows that had their results in an earlier epoch: the chain computes them again, and
 *     nobody waits for them
 * @param outRow where the result's rows begin in the request's output
 */
record Chunk(
    long epoch,
    long step,
    int position,
    int rows,
    Rows want,
    boolean fill,
    int outRow,
    long sentNanos) {
  int end() {
    return position + rows;
  }

  int resultRows() {
    return switch (want) {
      case NONE -> 0;
      case LAST -> 1;
      case ALL -> rows;
    };
  }
}
