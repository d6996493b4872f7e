package org.weft.node.serving;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way to one stream, in order. A virtual thread sends them, and lives only while
 * there are any, so that neither the compute thread nor a lock waits for a peer. Thread-safe; the
 * owner bounds it by {@link #isFull}.
 */
final class Mailbox<T> {
  private final Executor threads;
  private final int capacity;
  private final Runnable room;

  /** Guarded by this, as all below. */
  private final ArrayDeque<Letter<T>> waiting = new ArrayDeque<>();

  private @Nullable Consumer<T> sink;
  private boolean sending;

  /** A frame, or (null) an act that ends the stream once all before it has been sent. */
  private record Letter<T>(@Nullable T frame, @Nullable Runnable act) {}

  /** {@code room} runs each time that a full box has a place again. */
  Mailbox(Executor threads, int capacity, Runnable room) {
    this.threads = threads;
    this.capacity = capacity;
    this.room = room;
  }

  /** Frames go to {@code to} from now on; it may block, and throws where the stream is gone. */
  synchronized void attach(Consumer<T> to) {
    sink = to;
    wake();
  }

  /** Likewise, and {@code first} goes before all that waits. */
  synchronized void attach(Consumer<T> to, T first) {
    waiting.addFirst(new Letter<>(first, null));
    attach(to);
  }

  /** Frames wait from now on. */
  synchronized void detach() {
    sink = null;
  }

  synchronized void add(T frame) {
    waiting.add(new Letter<>(frame, null));
    wake();
  }

  /** Runs {@code act} after all that waits now. */
  synchronized void then(Runnable act) {
    waiting.add(new Letter<>(null, act));
    wake();
  }

  synchronized void clear() {
    waiting.clear();
  }

  synchronized boolean isFull() {
    return waiting.size() >= capacity;
  }

  private void wake() {
    if (!sending && sink != null && !waiting.isEmpty()) {
      sending = true;
      threads.execute(this::send);
    }
  }

  private void send() {
    while (true) {
      Letter<T> letter;
      Consumer<T> to;
      boolean roomAgain;
      synchronized (this) {
        to = sink;
        letter = to == null ? null : waiting.poll();
        if (letter == null || to == null) {
          sending = false;
          return;
        }
        roomAgain = waiting.size() == capacity - 1;
      }
      if (roomAgain) {
        room.run();
      }
      try {
        if (letter.frame() != null) {
          to.accept(letter.frame());
        }
        if (letter.act() != null) {
          letter.act().run();
        }
      } catch (RuntimeException e) {
        // The stream is gone, and its listener hears why; what waits here waits for the next one.
        detachIf(to);
      }
    }
  }

  private synchronized void detachIf(Consumer<T> gone) {
    if (sink == gone) {
      sink = null;
    }
  }
}
