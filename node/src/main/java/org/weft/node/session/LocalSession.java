package org.weft.node.session;

import java.lang.foreign.MemorySegment;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.shard.ShardException;

/**
 * A session whose blocks are all in this process. Work is cut into chunks, and between two chunks
 * other sessions have their turn, so that a long prefill does not hold up their decode steps.
 */
final class LocalSession implements InferenceSession {
  private final LocalBlocks.Cache cache;
  private final LocalBlocks blocks;
  private final Turnstile turnstile;
  private final HiddenSource source;
  private final int maxLength;
  private final Runnable gone;
  private final StepOutput output;

  // Guarded by this: the cache is freed by close, or by the chunk that is just being computed.
  private boolean closed;
  private boolean computing;

  LocalSession(
      LocalBlocks blocks,
      LocalBlocks.Cache cache,
      Turnstile turnstile,
      HiddenSource source,
      int maxLength,
      Runnable gone) {
    this.blocks = blocks;
    this.cache = cache;
    this.turnstile = turnstile;
    this.source = source;
    this.maxLength = maxLength;
    this.gone = gone;
    output = new StepOutput(blocks.width());
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public MemorySegment step(int position, int count, Rows want) {
    if (isClosed()) {
      throw ChainFault.closed().toException();
    }
    check(position, count);
    int resultRows =
        switch (want) {
          case NONE -> 0;
          case LAST -> 1;
          case ALL -> count;
        };
    output.prepare(resultRows);
    int done = 0;
    while (done < count) {
      int rows = Math.min(blocks.maxRows(), count - done);
      compute(position + done, rows, want, want == Rows.ALL ? done : 0, done + rows == count);
      done += rows;
    }
    return output.rows(0, resultRows);
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (!computing) {
        free();
      }
    }
    turnstile.wake();
  }

  private void check(int position, int count) {
    if (position < 0 || count < 1) {
      throw new NodeException(
          NodeError.ARGUMENT, "no step has " + count + " rows at position " + position);
    }
    int length = length();
    if (position > length) {
      throw new NodeException(
          NodeError.ARGUMENT,
          "a step at position " + position + " leaves a gap: " + length + " are there");
    }
    if (count > maxLength - position) {
      throw new NodeException(
          NodeError.TOO_LONG,
          "position "
              + ((long) position + count)
              + " is beyond the "
              + maxLength
              + " that the session has reserved");
    }
  }

  private void compute(int position, int rows, Rows want, int outRow, boolean last) {
    if (!turnstile.enter(this, () -> !isClosed())) {
      throw ChainFault.closed().toException();
    }
    try {
      begin();
      try {
        forward(position, rows, want, outRow, last);
      } finally {
        end();
      }
    } finally {
      turnstile.leave(this);
    }
    if (isClosed()) {
      throw ChainFault.closed().toException();
    }
  }

  private void forward(int position, int rows, Rows want, int outRow, boolean last) {
    try {
      cache.truncate(position);
      MemorySegment hidden = cache.forward(position, rows, source);
      long rowBytes = 4L * blocks.width();
      switch (want) {
        case NONE -> {}
        case LAST -> {
          if (last) {
            output.rows(0, 1).copyFrom(hidden.asSlice((rows - 1) * rowBytes, rowBytes));
          }
        }
        case ALL -> output.rows(outRow, rows).copyFrom(hidden.asSlice(0, rows * rowBytes));
      }
    } catch (ShardException refused) {
      // Rows of a failed pass are not to be built upon.
      cache.truncate(Math.min(position, cache.length()));
      throw Causes.of(refused);
    }
  }

  private synchronized int length() {
    return closed ? 0 : cache.length();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void begin() {
    if (closed) {
      throw ChainFault.closed().toException();
    }
    computing = true;
  }

  private synchronized void end() {
    computing = false;
    if (closed) {
      free();
    }
  }

  private void free() {
    cache.close();
    gone.run();
  }
}
