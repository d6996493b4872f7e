package org.weft.node.serving;

/** Bytes that output logs may take, shared out as sessions open. Guarded by the server's lock. */
final class LogBudget {
  private final long capacity;
  private long granted;

  LogBudget(long capacity) {
    this.capacity = capacity;
  }

  /** As much of {@code wanted} as there is: a log is of help, a session does not hang on it. */
  long grant(long wanted) {
    long bytes = Math.min(wanted, capacity - granted);
    granted += bytes;
    return bytes;
  }

  void giveBack(long bytes) {
    granted -= bytes;
  }
}
