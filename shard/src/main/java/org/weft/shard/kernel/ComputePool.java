package org.weft.shard.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The fixed platform threads that do arithmetic. The caller of {@link #run} is one of them; one
 * caller at a time.
 *
 * <p>A run has one stage or several, which workers go through in order ({@link Stage}). It is over
 * when every chunk is done, not when every thread has woken: a worker that the system keeps asleep
 * costs nothing but its help. Workers without work spin for a few microseconds, more where that has
 * paid lately, and then park.
 */
public final class ComputePool implements AutoCloseable {
  private static final int MIN_SPIN_NANOS = 2_000;
  static final int MAX_SPIN_NANOS = 40_000;
  private static final long OPEN = 1L << 31;
  private static final long ACTIVE = OPEN - 1;
  private static final VarHandle STATE;
  private static final VarHandle FAILURE;
  private static final VarHandle BUSY;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(ComputePool.class, "state", long.class);
      FAILURE = lookup.findVarHandle(ComputePool.class, "failure", Throwable.class);
      BUSY = lookup.findVarHandle(ComputePool.class, "busy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Kernels kernels;
  private final int threads;
  private final Thread[] workers;
  private final boolean[] parked;
  private static final VarHandle PARKED = MethodHandles.arrayElementVarHandle(boolean[].class);

  /** Run number in the upper half, then {@link #OPEN}, then the workers inside this run. */
  private volatile long state;

  private volatile boolean closed;
  private volatile boolean busy;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Thread waiting;

  /** Of the caller of {@link #run} alone. */
  private boolean helpersRest;

  // The job: written by the caller before it opens the run, read by workers that have entered it.
  private List<Stage> stages;

  /** The stage of runs that have but one task. */
  private final Stage single;

  private final List<Stage> alone;

  /** A pool of {@code threads} in all, the caller's included, with the chosen family of kernels. */
  public ComputePool(int threads) {
    this(threads, Kernels.chosen());
  }

  /** A pool whose users compute with {@code kernels}. */
  public ComputePool(int threads, Kernels kernels) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads);
    }
    this.threads = threads;
    this.kernels = kernels;
    single = new Stage(this, 1, 1, NOTHING);
    alone = List.of(single);
    stages = alone;
    this.parked = new boolean[threads];
    this.workers = new Thread[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      int worker = i + 1;
      workers[i] =
          Thread.ofPlatform()
              .daemon()
              .name("weft-compute-" + worker)
              .unstarted(() -> serve(worker));
    }
    for (Thread thread : workers) {
      thread.start();
    }
  }

  public int threads() {
    return threads;
  }

  /** The family of kernels that users of this pool compute with. */
  public Kernels kernels() {
    return kernels;
  }

  /**
   * Whether helpers sit out later runs, which are their callers' alone then. Not to be said while a
   * run is under way, and to callers of {@link #run} that come after.
   */
  public void restHelpers(boolean rest) {
    helpersRest = rest;
  }

  /**
   * Splits [0, count) into ranges at multiples of {@code grain}, runs {@code task} over all,
   * returns when every one is done. What a range throws is thrown here, once; ranges not yet begun
   * are then left out.
   *
   * @throws IllegalStateException if another run is under way or the pool is closed
   */
  public void run(int count, int grain, RangeTask task) {
    begin();
    try {
      single.become(grain, task);
      single.cover(count, 0);
      runStages(alone);
    } finally {
      single.become(1, NOTHING);
      busy = false;
    }
  }

  /**
   * Runs the stages, of this pool, over what each has been told to {@linkplain Stage#cover cover};
   * otherwise as a run of one task.
   */
  public void run(List<Stage> stages) {
    begin();
    try {
      runStages(stages);
    } finally {
      busy = false;
    }
  }

  /**
   * A stage for runs of this pool: static ranges end at multiples of {@code align}, and {@code
   * task} is called for up to {@code grain} at once.
   */
  public Stage stage(int align, int grain, RangeTask task) {
    return new Stage(this, align, grain, task);
  }

  private void begin() {
    if (closed || !BUSY.compareAndSet(this, false, true)) {
      throw new IllegalStateException(closed ? "the pool is closed" : "a run is under way");
    }
  }

  private void runStages(List<Stage> stages) {
    int most = 0;
    for (int i = 0; i < stages.size(); i++) {
      most = Math.max(most, stages.get(i).chunks());
    }
    int taking = helpersRest ? 1 : Math.min(threads, most);
    if (taking <= 1) {
      for (int i = 0; i < stages.size(); i++) {
        stages.get(i).runAlone();
      }
    } else {
      runShared(stages, taking - 1);
    }
  }

  private void runShared(List<Stage> stages, int helpers) {
    this.stages = stages;
    failure = null;
    for (int i = 0; i < stages.size(); i++) {
      stages.get(i).open();
    }
    state = ((state >>> 32) + 1 << 32) | OPEN;
    for (int w = 1; w <= helpers; w++) {
      if ((boolean) PARKED.getVolatile(parked, w)) {
        LockSupport.unpark(workers[w - 1]);
      }
    }
    work(0);
    STATE.getAndBitwiseAnd(this, ~OPEN);
    awaitWorkers();
    Throwable thrown = failure;
    failure = null;
    this.stages = alone;
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  private static final RangeTask NOTHING = (worker, from, to) -> {};

  private void work(int worker) {
    List<Stage> job = stages;
    try {
      for (int i = 0; i < job.size(); i++) {
        job.get(i).work(worker);
      }
    } catch (Throwable thrown) { // handed to the caller of run, which throws it
      FAILURE.compareAndSet(this, null, thrown);
    }
  }

  /** Whether a range of the run under way has thrown: no other is begun then. */
  boolean failed() {
    return failure != null;
  }

  private void awaitWorkers() {
    if ((state & ACTIVE) == 0) {
      return;
    }
    long deadline = System.nanoTime() + MAX_SPIN_NANOS;
    while ((state & ACTIVE) != 0) {
      Thread.onSpinWait();
      if (System.nanoTime() > deadline) {
        waiting = Thread.currentThread();
        while ((state & ACTIVE) != 0) {
          LockSupport.park(this);
        }
        waiting = null;
        return;
      }
    }
  }

  private void serve(int worker) {
    long seen = 0;
    int spinNanos = MIN_SPIN_NANOS * 4;
    while (!closed) {
      long deadline = System.nanoTime() + spinNanos;
      boolean found = open(seen);
      while (!found && !closed && System.nanoTime() < deadline) {
        Thread.onSpinWait();
        found = open(seen);
      }
      if (found) {
        spinNanos = Math.min(MAX_SPIN_NANOS, spinNanos * 2);
      } else {
        spinNanos = Math.max(MIN_SPIN_NANOS, spinNanos / 2);
        PARKED.setVolatile(parked, worker, true);
        while (!closed && !open(seen)) {
          LockSupport.park(this);
        }
        PARKED.setVolatile(parked, worker, false);
      }
      seen = enter(worker, seen);
    }
  }

  /** Whether a run other than {@code seen} is open. */
  private boolean open(long seen) {
    long now = state;
    return (now & OPEN) != 0 && now >>> 32 != seen;
  }

  /** Works in the open run, if there still is one; returns the last run number seen. */
  private long enter(int worker, long seen) {
    while (true) {
      long now = state;
      if ((now & OPEN) == 0 || now >>> 32 == seen) {
        return seen;
      }
      if (STATE.compareAndSet(this, now, now + 1)) {
        work(worker);
        long left = (long) STATE.getAndAdd(this, -1L) - 1;
        Thread caller = waiting;
        if ((left & ACTIVE) == 0 && caller != null) {
          LockSupport.unpark(caller);
        }
        return now >>> 32;
      }
    }
  }

  /** Ends the threads; a run under way is finished first by its caller. */
  @Override
  public void close() {
    closed = true;
    for (Thread thread : workers) {
      LockSupport.unpark(thread);
    }
  }

  /** A piece of work over a half-open range. */
  @FunctionalInterface
  public interface RangeTask {
    void run(int worker, int from, int to);
  }
}
