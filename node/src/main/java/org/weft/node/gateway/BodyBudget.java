package org.weft.node.gateway;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of bodies all clients together have kept here, from their arrival until their
 * requests have ended: what waits for its turn holds its prompt all the while. The first {@link
 * #FREE_BYTES} of each are not counted, so that small requests come through while large ones hold
 * everything; how many of those there can be is bounded by the connections. Thread-safe.
 */
final class BodyBudget {
  static final int FREE_BYTES = 16 << 10;

  private final long maxBytes;
  private final AtomicLong held = new AtomicLong();

  BodyBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** For one body. */
  Share share() {
    return new Share();
  }

  /** The bytes that are counted now. */
  long heldBytes() {
    return held.get();
  }

  private boolean reserve(long bytes) {
    long now = held.get();
    while (bytes <= maxBytes - now) {
      if (held.compareAndSet(now, now + bytes)) {
        return true;
      }
      now = held.get();
    }
    return false;
  }

  private static long counted(long bytes) {
    return Math.max(0, bytes - FREE_BYTES);
  }

  /**
   * What one body holds. Owned by whoever has the body: the event loop while it arrives, then the
   * thread that serves the request.
   */
  final class Share implements AutoCloseable {
    private long bytes;

    /** Whether a body of this length could be taken now; nothing is kept for it. */
    boolean hasRoomFor(long bodyBytes) {
      return counted(bodyBytes) - counted(bytes) <= maxBytes - held.get();
    }

    /** False, and nothing has changed, where the budget does not hold these bytes more. */
    boolean take(int more) {
      if (!reserve(counted(bytes + more) - counted(bytes))) {
        return false;
      }
      bytes += more;
      return true;
    }

    /** Gives everything back, once. */
    @Override
    public void close() {
      held.addAndGet(-counted(bytes));
      bytes = 0;
    }
  }
}
