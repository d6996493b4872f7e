package org.weft.shard;

import java.util.Objects;

/** A failure of this module: one sentence for people and a code for programs. */
public final class ShardException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final ShardError error;

  public ShardException(ShardError error, String message) {
    super(message);
    this.error = error;
  }

  public ShardException(ShardError error, String message, Throwable cause) {
    super(message, cause);
    this.error = error;
  }

  /** The sentence, which every failure of ours has. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  public ShardError error() {
    return error;
  }
}
