package org.weft.node.gateway;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.weft.node.session.Cancellation;

/**
 * Parses large bodies one after another, first come, first served: a tree of JSON takes many times
 * its text, and trees must not add up. Small ones are parsed at once, at most as many as there are
 * processors, since nothing waits between a tree's first node and its end. Thread-safe.
 */
final class ParseTurns {
  /** More is large. */
  static final int SMALL_BYTES = 64 << 10;

  private final Semaphore turn = new Semaphore(1, true);
  private final long waitNanos;

  ParseTurns(Duration wait) {
    this.waitNanos = wait.toNanos();
  }

  /**
   * What {@code reader} makes of the body; it must not wait, and not keep the tree.
   *
   * @throws ApiException for what is no JSON object, or 503 where the wait is over
   * @throws ClientGoneException when cancelled
   */
  <T> T parse(byte[] body, Cancellation cancellation, Function<Fields, T> reader) {
    if (body.length <= SMALL_BYTES) {
      return reader.apply(new Fields(Json.object(body), ""));
    }
    enter();
    try {
      if (cancellation.cancelled()) {
        throw new ClientGoneException();
      }
      return reader.apply(new Fields(Json.object(body), ""));
    } finally {
      turn.release();
    }
  }

  private void enter() {
    try {
      if (!turn.tryAcquire(waitNanos, TimeUnit.NANOSECONDS)) {
        throw new ApiException(
            ApiError.overloaded("The gateway is busy with other large requests"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException();
    }
  }
}
