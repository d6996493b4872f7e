package org.weft.node;

/** A failure in the swarm: one sentence for people and a code for programs. */
public final class NodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final NodeError error;
  private final boolean permanent;
  private final int retryMillis;

  public NodeException(NodeError error, String message) {
    this(error, message, true, 0);
  }

  public NodeException(NodeError error, String message, boolean permanent, int retryMillis) {
    super(message);
    this.error = error;
    this.permanent = permanent;
    this.retryMillis = retryMillis;
  }

  public NodeError error() {
    return error;
  }

  /** False where the same request may go well later, or over other peers. */
  public boolean permanent() {
    return permanent;
  }

  /** When to try again; 0 where that is unknown. */
  public int retryMillis() {
    return retryMillis;
  }
}
