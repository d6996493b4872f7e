package org.weft.shard.model;

import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** A half-open range of blocks {@code [start, end)}. */
public record Span(int start, int end) {
  public Span {
    if (start < 0 || end <= start) {
      throw new ShardException(ShardError.ARGUMENT, "not a range of blocks: " + start + ":" + end);
    }
  }

  public int blocks() {
    return end - start;
  }

  public boolean contains(Span other) {
    return start <= other.start && other.end <= end;
  }

  @Override
  public String toString() {
    return start + ":" + end;
  }
}
