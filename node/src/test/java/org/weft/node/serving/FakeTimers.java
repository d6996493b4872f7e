package org.weft.node.serving;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.PriorityQueue;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.transport.Timers;

/**
 * Time that passes when the test says so, for timers and for the clock on the wall. Thread-safe.
 */
final class FakeTimers extends Clock implements Timers {
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long now;
  private long order;

  private final class Entry implements Timer, Comparable<Entry> {
    private final long at;
    private final long number;
    private final Runnable task;

    Entry(long at, long number, Runnable task) {
      this.at = at;
      this.number = number;
      this.task = task;
    }

    @Override
    public void cancel() {
      synchronized (FakeTimers.this) {
        entries.remove(this);
      }
    }

    @Override
    public int compareTo(Entry other) {
      return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
    }
  }

  @Override
  public synchronized Timer after(Duration delay, Runnable task) {
    Entry entry = new Entry(now + delay.toNanos(), order++, task);
    if (delay.isZero()) {
      Thread.startVirtualThread(task);
    } else {
      entries.add(entry);
    }
    return entry;
  }

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  synchronized int pending() {
    return entries.size();
  }

  /** Lets time pass, and runs what is due in order, on this thread. */
  void advance(Duration by) {
    long until = nanoTime() + by.toNanos();
    while (true) {
      Entry due;
      synchronized (this) {
        due = entries.peek();
        if (due == null || due.at > until) {
          now = until;
          return;
        }
        entries.remove(due);
        now = Math.max(now, due.at);
      }
      due.task.run();
    }
  }

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
    return TicketFixture.NOW.plusNanos(nanoTime());
  }
}
