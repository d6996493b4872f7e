package org.weft.node.serving;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;

/**
 * Merges the waiting steps of all sessions into forward passes, on one platform thread: decode
 * steps first, then prefill fills up the rows that are left. Gateways take turns, and so do the
 * sessions of one. The lines are guarded by the server's lock.
 */
final class StepScheduler implements AutoCloseable {
  /** Every so many passes prefill chooses the blocks. */
  private static final int PREFILL_TURN = 8;

  private final Host host;
  private final ForwardPass forward;
  private final WorkSignal work = new WorkSignal(Runtime.getRuntime().availableProcessors());
  private final Map<NodeId, ArrayDeque<StepFlow>> lines = new LinkedHashMap<>();
  private final ArrayList<Slice> pass = new ArrayList<>();
  private @Nullable Thread thread;
  private boolean closed;
  private int turn;

  StepScheduler(Host host) {
    this.host = host;
    forward = new ForwardPass(host.compute());
  }

  void start() {
    thread = Thread.ofPlatform().daemon().name("weft-compute").start(this::run);
  }

  /** A session has a step that can be computed. Called under the lock. */
  void ready(StepFlow session) {
    ArrayDeque<StepFlow> line =
        lines.computeIfAbsent(session.key().gateway(), gateway -> new ArrayDeque<>());
    if (!line.contains(session)) {
      line.add(session);
      work.give();
    }
  }

  /** A step may be on its way: see {@link WorkSignal#expect}. Any thread, without the lock. */
  void expect() {
    work.expect();
  }

  private void run() {
    while (true) {
      host.lock().lock();
      try {
        choose();
        if (closed) {
          pass.forEach(slice -> slice.flow().passDone());
          return;
        }
      } finally {
        host.lock().unlock();
      }
      if (pass.isEmpty()) {
        work.await();
      } else {
        runPass();
      }
    }
  }

  /** One pass of what {@link #choose} chose; for the compute thread. */
  private void runPass() {
    long started = host.timers().nanoTime();
    forward.run(pass);
    long nanos = host.timers().nanoTime() - started;
    host.lockedAndSent(() -> deliver(nanos));
  }

  private void deliver(long nanos) {
    int rows = 0;
    for (Slice slice : pass) {
      rows += slice.rows();
      slice.flow().computed(slice, nanos);
    }
    host.counters().pass(rows, nanos);
    StepFlow last = null;
    for (Slice slice : pass) {
      // The slices of one session stand together.
      if (slice.flow() != last) {
        last = slice.flow();
        last.passDone();
      }
    }
    pass.clear();
  }

  /** Fills {@code pass}. Called under the lock. */
  private void choose() {
    int budget = Math.min(host.config().batchRows(), host.compute().maxRows());
    int decodeRows = Math.min(host.config().decodeRows(), budget);
    boolean prefills = prefillWaits(decodeRows);
    if (turn++ % PREFILL_TURN == PREFILL_TURN - 1) {
      // Blocks that prefill alone asks for would never fit beside the decode steps of others.
      int rows = fill(false, Math.max(1, budget * 3 / 4), decodeRows, 0);
      fill(true, budget, decodeRows, rows);
    } else {
      // However many sessions decode, prefill moves on.
      int forDecode = prefills ? Math.max(1, budget * 3 / 4) : budget;
      int rows = fill(true, forDecode, decodeRows, 0);
      fill(false, budget, decodeRows, rows);
    }
    rotate();
  }

  private boolean prefillWaits(int decodeRows) {
    for (ArrayDeque<StepFlow> line : lines.values()) {
      for (StepFlow session : line) {
        if (session.runnable() && !session.decodes(decodeRows)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Goes round the gateways, one session of each at a time, until nothing more fits. */
  private int fill(boolean decode, int budget, int decodeRows, int taken) {
    int rows = taken;
    boolean took = true;
    while (took && rows < budget) {
      took = false;
      for (ArrayDeque<StepFlow> line : lines.values()) {
        StepFlow session = rows < budget ? takeFirst(line, decode, decodeRows) : null;
        if (session != null) {
          rows += session.take(budget - rows, decode ? decodeRows : Integer.MAX_VALUE, pass);
          took = true;
        }
      }
    }
    return rows;
  }

  private @Nullable StepFlow takeFirst(ArrayDeque<StepFlow> line, boolean decode, int decodeRows) {
    var each = line.iterator();
    while (each.hasNext()) {
      StepFlow session = each.next();
      if (!session.runnable()) {
        each.remove();
      } else if (session.decodes(decodeRows) == decode && fits(session)) {
        each.remove();
        return session;
      }
    }
    return null;
  }

  /** Whether it goes through the same blocks, rounded at the same places, as what was chosen. */
  private boolean fits(StepFlow session) {
    return pass.isEmpty() || pass.getFirst().plan().parts().equals(session.plan().parts());
  }

  private void rotate() {
    lines.values().removeIf(ArrayDeque::isEmpty);
    var first = lines.entrySet().iterator();
    if (first.hasNext()) {
      Map.Entry<NodeId, ArrayDeque<StepFlow>> head = first.next();
      NodeId gateway = head.getKey();
      ArrayDeque<StepFlow> line = head.getValue();
      first.remove();
      lines.put(gateway, line);
    }
  }

  /** Ends the thread after the pass that runs. */
  @Override
  public void close() {
    host.locked(() -> {
      closed = true;
      work.give();
    });
    if (thread != null) {
      joinUninterruptibly(thread);
    }
  }

  /** The caller frees what a pass works on. */
  private static void joinUninterruptibly(Thread running) {
    boolean interrupted = false;
    while (running.isAlive()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
