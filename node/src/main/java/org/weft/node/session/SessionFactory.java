package org.weft.node.session;

/** Opens sessions on one model. Thread-safe. */
public interface SessionFactory extends AutoCloseable {
  /**
   * Reserves {@code maxLength} positions at every hop, or refuses with OUT_OF_CACHE, NO_ROUTE, …
   * Cancelling ends the wait, with CLOSED, and frees what was reserved; once the session is open
   * the cancellation is of no concern to it.
   */
  InferenceSession open(int maxLength, HiddenSource source, Cancellation cancellation);

  /** One whose opening nobody cancels. */
  default InferenceSession open(int maxLength, HiddenSource source) {
    return open(maxLength, source, new Cancellation());
  }

  /** Positions that a session may have at most. */
  int maxLength();

  @Override
  void close();
}
