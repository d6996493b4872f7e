package org.weft.node.transport;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one at a time in the order given, on a virtual thread that lives while there are any:
 * a stream has one to itself, so its listener may block without holding up others. Where nothing
 * waits, the caller may run a task that does not block itself, which spares a wake-up. The queue
 * needs no bound of its own: callers hand over a frame only once the one before it has been handled
 * (gRPC's manual flow control), or count what they have handed over. Thread-safe.
 */
final class SerialExecutor implements Executor {
  private final String name;

  /** Guarded by this, as all below. */
  private final Queue<Runnable> tasks = new ArrayDeque<>();

  private boolean running;
  private boolean finished;

  SerialExecutor(String name) {
    this.name = name;
  }

  /** Dropped after {@link #finish}. */
  @Override
  public void execute(Runnable task) {
    add(task, false);
  }

  /** Runs what was given before, and this as the last. */
  void finish(Runnable last) {
    add(last, true);
  }

  /**
   * Runs {@code task}, which must not block, on the calling thread if nothing waits or runs. False
   * where it did not run, or says that it has not done its work.
   */
  boolean runAtOnce(BooleanSupplier task) {
    synchronized (this) {
      if (finished || running) {
        return false;
      }
      running = true;
    }
    try {
      return task.getAsBoolean();
    } finally {
      boolean more;
      synchronized (this) {
        more = !tasks.isEmpty();
        running = more;
      }
      if (more) {
        start();
      }
    }
  }

  private void add(Runnable task, boolean last) {
    synchronized (this) {
      if (finished) {
        return;
      }
      finished = last;
      tasks.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    start();
  }

  private void start() {
    Thread.ofVirtual().name(name).start(this::run);
  }

  private void run() {
    for (Runnable task = next(); task != null; task = next()) {
      try {
        task.run();
      } catch (RuntimeException e) {
        // Nobody can be told any more; what comes after must run all the same.
        Failures.thrown(e);
      } catch (Error broken) {
        start(); // the rest, and above all the last, runs on another thread
        throw broken;
      }
    }
  }

  private synchronized @Nullable Runnable next() {
    Runnable task = tasks.poll();
    running = task != null;
    return task;
  }
}
