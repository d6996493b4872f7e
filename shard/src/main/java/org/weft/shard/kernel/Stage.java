package org.weft.shard.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.weft.shard.kernel.ComputePool.RangeTask;

/**
 * A task over [0, count), as one stage of a {@linkplain ComputePool#run(java.util.List) run}. Every
 * worker takes the chunks of its own static range first, then steals single chunks from the others,
 * and then goes on to the next stage.
 *
 * <p>A later stage {@linkplain #await awaits} those parts of an earlier one that it builds on, and
 * no more than those. Waiting ends: whoever has come to a later stage has found nothing left to
 * take in the earlier one, so all of it is done or in the hands of a worker that is awake.
 */
public final class Stage {
  /** Longs between two cursors, so that no two share a cache line. */
  private static final int STRIDE = 16;

  private static final long NAP_NANOS = 20_000;

  private static final VarHandle CURSOR = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle DONE = MethodHandles.arrayElementVarHandle(int[].class);

  private final ComputePool pool;
  private final int threads;

  /** Where the rest of each worker's static range begins, {@link #STRIDE} apart. */
  private final long[] cursors;

  /** Elements that are done, by part. */
  private int[] done = new int[1];

  private int align;
  private int grain;
  private RangeTask task;
  private int count;
  private int part;

  Stage(ComputePool pool, int align, int grain, RangeTask task) {
    if (align < 1 || grain % align != 0) {
      throw new IllegalArgumentException("grain " + grain + ", align " + align);
    }
    this.pool = pool;
    this.threads = pool.threads();
    this.cursors = new long[threads * STRIDE];
    this.align = align;
    this.grain = grain;
    this.task = task;
  }

  /** Another task for runs to come. */
  void become(int grain, RangeTask task) {
    if (grain < 1) {
      throw new IllegalArgumentException("grain " + grain);
    }
    this.align = grain;
    this.grain = grain;
    this.task = task;
  }

  /**
   * From the next run on: [0, count), which later stages await in parts of {@code part} elements,
   * or not at all where that is 0. Not while a run is under way.
   */
  public void cover(int count, int part) {
    if (count < 0 || part < 0) {
      throw new IllegalArgumentException("count " + count + ", part " + part);
    }
    this.count = count;
    this.part = part;
    int parts = part == 0 ? 0 : Math.ceilDiv(count, part);
    if (done.length < parts) {
      done = new int[Math.max(parts, 2 * done.length)];
    }
  }

  /** As {@link #cover(int, int)}, awaited as a whole. */
  public void cover(int count) {
    cover(count, count);
  }

  /**
   * Waits until elements [part · size, (part + 1) · size) are done; only from a later stage of the
   * same run. If the run has failed meanwhile, it throws.
   */
  public void await(int part) {
    int all = Math.min(this.part, count - part * this.part);
    if (all <= 0 || (int) DONE.getAcquire(done, part) >= all) {
      return;
    }
    long deadline = System.nanoTime() + ComputePool.MAX_SPIN_NANOS;
    while ((int) DONE.getAcquire(done, part) < all) {
      if (pool.failed()) {
        throw new Abandoned();
      }
      if (System.nanoTime() < deadline) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, NAP_NANOS); // whoever has it may need this processor
      }
    }
  }

  /** Chunks of a run, about: no more workers than that have something to do. */
  int chunks() {
    return Math.ceilDiv(count, grain);
  }

  /** Before any worker enters the run. */
  void open() {
    clear();
    for (int w = 0; w < threads; w++) {
      CURSOR.setOpaque(cursors, w * STRIDE, start(w));
    }
  }

  private void clear() {
    if (part != 0) {
      Arrays.fill(done, 0, Math.ceilDiv(count, part), 0);
    }
  }

  private long start(int worker) {
    long units = ((long) count + align - 1) / align;
    return Math.min(count, units * worker / threads * align);
  }

  void runAlone() {
    clear();
    for (long from = 0; from < count; from += grain) {
      chunk(0, (int) from, (int) Math.min(count, from + grain));
    }
  }

  /** Own static range first, then the others', chunk by chunk. */
  void work(int worker) {
    for (int i = 0; i < threads; i++) {
      int owner = worker + i < threads ? worker + i : worker + i - threads;
      long end = start(owner + 1);
      while (!pool.failed() && (long) CURSOR.getOpaque(cursors, owner * STRIDE) < end) {
        long from = (long) CURSOR.getAndAdd(cursors, owner * STRIDE, (long) grain);
        if (from >= end) {
          break;
        }
        chunk(worker, (int) from, (int) Math.min(end, from + grain));
      }
    }
  }

  private void chunk(int worker, int from, int to) {
    task.run(worker, from, to);
    if (part != 0) {
      for (int at = from; at < to; ) {
        int end = Math.min(to, (at / part + 1) * part);
        DONE.getAndAddRelease(done, at / part, end - at);
        at = end;
      }
    }
  }

  /** Thrown in workers that wait for what will not come; the failure itself is what users see. */
  private static final class Abandoned extends RuntimeException {
    private static final long serialVersionUID = 1;

    Abandoned() {
      super("another worker has failed", null, false, false);
    }
  }
}
