package org.weft.node.generation;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * Logits for many generations by one platform thread, in the order of arrival. Rows that wait
 * together go through the output matrix together: it is read from memory once, and the bits do not
 * depend on the batch. Thread-safe.
 */
final class HeadQueue implements AutoCloseable {
  static final int MAX_ROWS = 8;

  private final Ends ends;
  private final long hiddenBytes;
  private final long logitsBytes;
  private final MemorySegment batchHidden; // f32 [MAX_ROWS, width]
  private final MemorySegment batchLogits; // f32 [MAX_ROWS, vocabulary]
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Slot> waiting = new ArrayDeque<>();
  private final Deque<Slot> free = new ArrayDeque<>();
  private final Thread thread;
  private boolean closed;

  HeadQueue(Ends ends, int width, int vocabulary) {
    this.ends = ends;
    this.hiddenBytes = (long) width * Float.BYTES;
    this.logitsBytes = (long) vocabulary * Float.BYTES;
    this.batchHidden = Arena.ofAuto().allocate(MAX_ROWS * hiddenBytes, 64);
    this.batchLogits = Arena.ofAuto().allocate(MAX_ROWS * logitsBytes, 64);
    this.thread = Thread.ofPlatform().name("weft-head").daemon(true).unstarted(this::work);
    thread.start();
  }

  /** Room for one row, kept by a generation until it gives it back. */
  Slot borrow() {
    lock.lock();
    try {
      refuseClosed();
      Slot slot = free.poll();
      return slot != null ? slot : new Slot();
    } finally {
      lock.unlock();
    }
  }

  void giveBack(Slot slot) {
    lock.lock();
    try {
      free.push(slot);
    } finally {
      lock.unlock();
    }
  }

  /**
   * hidden f32 [width] to logits f32 [vocabulary], which are good until the slot's next use. Waits.
   */
  MemorySegment logits(Slot slot, MemorySegment hidden) {
    MemorySegment.copy(hidden, 0, slot.hidden, 0, hiddenBytes);
    lock.lock();
    try {
      refuseClosed();
      slot.failure = null;
      waiting.add(slot);
      changed.signal();
    } finally {
      lock.unlock();
    }
    slot.done.acquireUninterruptibly();
    RuntimeException failure = slot.failure;
    if (failure != null) {
      throw failure;
    }
    return slot.logits;
  }

  /** Rows that nobody has begun with. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread; who waits gets CLOSED. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    List<Slot> batch = new ArrayList<>(MAX_ROWS);
    while (take(batch)) {
      compute(batch);
      batch.forEach(slot -> slot.done.release());
    }
  }

  /** Fills the batch; false when closed. */
  private boolean take(List<Slot> batch) {
    batch.clear();
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      if (closed) {
        for (Slot slot : waiting) {
          slot.failure = new NodeException(NodeError.CLOSED, "the gateway is closing");
          slot.done.release();
        }
        waiting.clear();
        return false;
      }
      while (batch.size() < MAX_ROWS && !waiting.isEmpty()) {
        batch.add(waiting.remove());
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void compute(List<Slot> batch) {
    if (batch.size() > 1 && computeTogether(batch)) {
      return;
    }
    for (Slot slot : batch) {
      try {
        ends.logits(slot.hidden, 1, slot.logits);
      } catch (RuntimeException e) {
        slot.failure = e;
      } catch (Error e) {
        slot.failure = new NodeException(NodeError.INTERNAL, "computing logits failed: " + e);
      }
    }
  }

  /** False where a row fails: then each goes alone, so that no other fails with it. */
  private boolean computeTogether(List<Slot> batch) {
    for (int i = 0; i < batch.size(); i++) {
      MemorySegment.copy(batch.get(i).hidden, 0, batchHidden, i * hiddenBytes, hiddenBytes);
    }
    try {
      ends.logits(batchHidden, batch.size(), batchLogits);
    } catch (RuntimeException | Error e) {
      // Whoever is to blame hears of it alone; the thread must go on in any case.
      return false;
    }
    for (int i = 0; i < batch.size(); i++) {
      MemorySegment.copy(batchLogits, i * logitsBytes, batch.get(i).logits, 0, logitsBytes);
    }
    return true;
  }

  private void refuseClosed() {
    if (closed) {
      throw new NodeException(NodeError.CLOSED, "the gateway is closing", false, 1000);
    }
  }

  /** One generation's rows; filled by its own thread, computed by the queue's. */
  final class Slot {
    // Automatic memory: a generation that outlives the queue must not touch freed rows.
    private final MemorySegment hidden = Arena.ofAuto().allocate(hiddenBytes, 64);
    private final MemorySegment logits = Arena.ofAuto().allocate(logitsBytes, 64);
    private final Semaphore done = new Semaphore(0);
    private @Nullable RuntimeException failure;
  }
}
