package org.weft.node.transport;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Up;

/** Keeps what a stream said, for the test's thread to take. */
final class RecordingListener {
  final BlockingQueue<Up> ups = new LinkedBlockingQueue<>();
  final BlockingQueue<Collected> collected = new LinkedBlockingQueue<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  /** How a stream ended. */
  record End(@Nullable NodeException cause) {
    NodeException failure() {
      if (cause == null) {
        throw new AssertionError("ended in order");
      }
      return cause;
    }
  }

  ChainListener chain() {
    return new ChainListener() {
      @Override
      public void received(Up frame) {
        ups.add(frame);
      }

      @Override
      public void ended(@Nullable NodeException cause) {
        over(cause);
      }
    };
  }

  GatherListener gather() {
    return new GatherListener() {
      @Override
      public void received(Collected frame) {
        collected.add(frame);
      }

      @Override
      public void ended(@Nullable NodeException cause) {
        over(cause);
      }
    };
  }

  private void over(@Nullable NodeException cause) {
    if (!end.complete(new End(cause))) {
      throw new AssertionError("ended twice");
    }
  }

  /** The hop field of the next echo. */
  int echo() throws InterruptedException {
    Up up = ups.poll(20, TimeUnit.SECONDS);
    if (up == null) {
      throw new AssertionError("no frame came, end: " + end);
    }
    return up.getFault().getHop();
  }

  End end() throws Exception {
    return end.get(20, TimeUnit.SECONDS);
  }

  boolean over() {
    return end.isDone();
  }
}
