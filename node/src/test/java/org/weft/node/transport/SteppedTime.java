package org.weft.node.transport;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes when the test says so: timers and a clock that agree. Tasks run on virtual
 * threads of their own, as the real timers' do; those of no delay start at once. Thread-safe.
 */
public final class SteppedTime implements Timers {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private record Entry(long nanos, long order, Runnable task) {}

  private final Instant start;
  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::nanos).thenComparing(Entry::order));
  private final Deque<Thread> started = new ArrayDeque<>();
  private long now;
  private long orders;

  public SteppedTime(Instant start) {
    this.start = start;
  }

  @Override
  public synchronized Timer after(Duration delay, Runnable task) {
    if (delay.isZero()) {
      started.add(Thread.ofVirtual().name("stepped").start(task));
      return () -> {};
    }
    Entry entry = new Entry(now + delay.toNanos(), orders++, task);
    entries.add(entry);
    return () -> remove(entry);
  }

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  /** The same time as a clock. */
  public Clock clock() {
    return new SteppedClock();
  }

  /** Lets time pass; tasks that come due run one after the other, in order, and are waited for. */
  public void advance(Duration by) throws InterruptedException {
    long until = nanoTime() + by.toNanos();
    settle();
    Entry next = pollDue(until);
    while (next != null) {
      Thread thread = Thread.ofVirtual().name("stepped").start(next.task());
      join(thread);
      settle();
      next = pollDue(until);
    }
    synchronized (this) {
      now = until;
    }
  }

  /** Waits until all that has been started has ended. */
  public void settle() throws InterruptedException {
    Thread thread = pollStarted();
    while (thread != null) {
      join(thread);
      thread = pollStarted();
    }
  }

  private static void join(Thread thread) throws InterruptedException {
    if (!thread.join(PATIENCE)) {
      throw new IllegalStateException("a timer's task has not ended in " + PATIENCE);
    }
  }

  private synchronized @Nullable Thread pollStarted() {
    return started.poll();
  }

  private synchronized @Nullable Entry pollDue(long until) {
    Entry next = entries.peek();
    if (next == null || next.nanos() > until) {
      return null;
    }
    now = Math.max(now, next.nanos());
    return entries.remove();
  }

  private synchronized void remove(Entry entry) {
    entries.remove(entry);
  }

  /** Wall-clock time that is as old as the timers. */
  private final class SteppedClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return start.plusNanos(nanoTime());
    }
  }
}
