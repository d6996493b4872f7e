package org.weft.node.transport;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One virtual thread that runs tasks in the order given, and ends after {@link #finish}. A stream
 * has one to itself, so its listener may block without holding up others. The queue needs no bound
 * of its own: callers hand over a frame only once the one before it has been handled (gRPC's manual
 * flow control), or count what they have handed over.
 */
final class SerialExecutor implements Executor {
  private static final Runnable END = () -> {};

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

  SerialExecutor(String name) {
    Thread.ofVirtual().name(name).start(this::run);
  }

  /** Dropped after {@link #finish}. */
  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs what was given before, and this as the last, and ends. */
  void finish(Runnable last) {
    tasks.add(last);
    tasks.add(END);
  }

  private void run() {
    try {
      for (Runnable task = tasks.take(); task != END; task = tasks.take()) {
        run(task);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts it: the thread is not handed out
    }
  }

  /** A listener that throws where nobody can be told any more must not end the thread. */
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      Failures.thrown(e);
    }
  }
}
