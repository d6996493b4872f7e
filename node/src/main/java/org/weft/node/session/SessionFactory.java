package org.weft.node.session;

/** Opens sessions on one model. Thread-safe. */
public interface SessionFactory extends AutoCloseable {
  /**
   * Reserves {@code maxLength} positions at every hop, or refuses with OUT_OF_CACHE, NO_ROUTE, …
   */
  InferenceSession open(int maxLength, HiddenSource source);

  /** Positions that a session may have at most. */
  int maxLength();

  @Override
  void close();
}
