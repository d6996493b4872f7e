package org.weft.node.directory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One call to each of several peers at once, on virtual threads, waited for with a deadline. */
final class ParallelCalls {
  /** More than a call's own deadline, so that the call itself says what is wrong. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  /**
   * Calls handle their peer's failures themselves: what they throw is a bug, and comes out here.
   */
  static <T> void run(List<T> peers, Consumer<T> act, Duration deadline) {
    if (peers.isEmpty()) {
      return;
    }
    List<Callable<Void>> calls = new ArrayList<>(peers.size());
    for (T peer : peers) {
      calls.add(() -> {
        act.accept(peer);
        return null;
      });
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (Future<Void> call :
          threads.invokeAll(calls, deadline.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS)) {
        if (call.state() == Future.State.FAILED) {
          throw new IllegalStateException("a call to a peer broke down", call.exceptionNow());
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      threads.shutdownNow();
    }
  }

  private ParallelCalls() {}
}
