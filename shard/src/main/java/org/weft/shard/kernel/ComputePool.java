package org.weft.shard.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The fixed platform threads that do arithmetic. The caller of {@link #run} is one of them; one
 * caller at a time.
 *
 * <p>Every worker takes the chunks of its own static range first and then steals single chunks from
 * the others. A run is over when every chunk is done, not when every thread has woken: a worker
 * that the system keeps asleep costs nothing but its help. Workers without work spin for a few
 * microseconds, more where that has paid lately, and then park.
 */
public final class ComputePool implements AutoCloseable {
  private static final int MIN_SPIN_NANOS = 2_000;
  private static final int MAX_SPIN_NANOS = 40_000;

  /** Longs between two cursors, so that no two share a cache line. */
  private static final int STRIDE = 16;

  private static final long OPEN = 1L << 31;
  private static final long ACTIVE = OPEN - 1;
  private static final VarHandle CURSOR = MethodHandles.arrayElementVarHandle(long[].class);
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

  /** Next chunk of each worker's static range, {@link #STRIDE} apart. */
  private final long[] cursors;

  /** Run number in the upper half, then {@link #OPEN}, then the workers inside this run. */
  private volatile long state;

  private volatile boolean closed;
  private volatile boolean busy;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Thread waiting;

  // The job: written by the caller before it opens the run, read by workers that have entered it.
  private int count;
  private int grain;
  private int chunks;
  private RangeTask task = (worker, from, to) -> {};

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
    this.cursors = new long[(threads + 1) * STRIDE];
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
   * Splits [0, count) into ranges at multiples of {@code grain}, runs {@code task} over all,
   * returns when every one is done. What a range throws is thrown here, once; ranges not yet begun
   * are then left out.
   *
   * @throws IllegalStateException if another run is under way or the pool is closed
   */
  public void run(int count, int grain, RangeTask task) {
    if (count < 0 || grain < 1) {
      throw new IllegalArgumentException("count " + count + ", grain " + grain);
    }
    if (closed || !BUSY.compareAndSet(this, false, true)) {
      throw new IllegalStateException(closed ? "the pool is closed" : "a run is under way");
    }
    try {
      if (threads == 1 || count <= grain) {
        for (long from = 0; from < count; from += grain) {
          task.run(0, (int) from, (int) Math.min(count, from + grain));
        }
      } else {
        runShared(count, grain, task);
      }
    } finally {
      busy = false;
    }
  }

  private void runShared(int count, int grain, RangeTask task) {
    this.count = count;
    this.grain = grain;
    this.task = task;
    chunks = (int) (((long) count + grain - 1) / grain);
    failure = null;
    for (int w = 0; w < threads; w++) {
      CURSOR.setOpaque(cursors, w * STRIDE, staticStart(w));
    }
    state = ((state >>> 32) + 1 << 32) | OPEN;
    int wanted = Math.min(threads, chunks) - 1;
    for (int w = 1; w <= wanted; w++) {
      if ((boolean) PARKED.getVolatile(parked, w)) {
        LockSupport.unpark(workers[w - 1]);
      }
    }
    work(0);
    STATE.getAndBitwiseAnd(this, ~OPEN);
    awaitWorkers();
    Throwable thrown = failure;
    failure = null;
    this.task = NOTHING;
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  private static final RangeTask NOTHING = (worker, from, to) -> {};

  private long staticStart(int worker) {
    return (long) chunks * worker / threads;
  }

  /** Own static range first, then the others', chunk by chunk. */
  private void work(int worker) {
    RangeTask job = task;
    for (int i = 0; i < threads; i++) {
      int owner = worker + i < threads ? worker + i : worker + i - threads;
      long end = staticStart(owner + 1);
      while (failure == null && (long) CURSOR.getOpaque(cursors, owner * STRIDE) < end) {
        long chunk = (long) CURSOR.getAndAdd(cursors, owner * STRIDE, 1L);
        if (chunk >= end) {
          break;
        }
        try {
          long from = chunk * grain;
          job.run(worker, (int) from, (int) Math.min(count, from + grain));
        } catch (Throwable thrown) { // handed to the caller of run, which throws it
          FAILURE.compareAndSet(this, null, thrown);
        }
      }
    }
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
