package org.weft.node.serving;

import com.google.protobuf.MessageLite;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.weft.node.transport.FrameSink;
import org.weft.node.transport.Transport;

/**
 * Frames on their way to one stream, in order. Who puts one in under the server's lock does not
 * send it: the compute thread sends small frames once it has let the lock go, as far as no peer has
 * to be waited for, and a virtual thread sends the rest, and lives only while there are any. What
 * waits counts into the rows of all sessions, until the box is closed. Thread-safe; the owner
 * bounds it by {@link #isFull}.
 */
final class Mailbox<T extends MessageLite> {
  /** A few of the largest frames: what else there is waits where it is computed. */
  static final int MAX_BYTES = 4 << 20;

  private final Host host;
  private final int capacity;
  private final Runnable room;

  /** Guarded by this, as all below. */
  private final ArrayDeque<Letter<T>> waiting = new ArrayDeque<>();

  private @Nullable FrameSink<T> sink;
  private int bytes;
  private boolean sending;
  private boolean closed;

  /** A frame, or (null) an act that ends the stream once all before it has been sent. */
  private record Letter<T>(@Nullable T frame, @Nullable Runnable act, int bytes) {}

  /** {@code room} runs each time that a full box has a place again. */
  Mailbox(Host host, int capacity, Runnable room) {
    this.host = host;
    this.capacity = capacity;
    this.room = room;
  }

  /** Frames go to {@code to} from now on. */
  synchronized void attach(FrameSink<T> to) {
    sink = to;
    wake();
  }

  /** Likewise, and {@code first} goes before all that waits. */
  synchronized void attach(FrameSink<T> to, T first) {
    waiting.addFirst(letter(first));
    attach(to);
  }

  /** Frames wait from now on. */
  synchronized void detach() {
    sink = null;
  }

  synchronized void add(T frame) {
    if (!closed) {
      waiting.add(letter(frame));
      wake();
    }
  }

  /** Runs {@code act} after all that waits now. */
  synchronized void then(Runnable act) {
    if (!closed) {
      waiting.add(new Letter<>(null, act, 0));
      wake();
    }
  }

  synchronized void clear() {
    waiting.clear();
    count(-bytes);
  }

  /** Forgets what waits, and whatever still comes. */
  synchronized void close() {
    closed = true;
    sink = null;
    clear();
  }

  synchronized boolean isFull() {
    return waiting.size() >= capacity || bytes >= MAX_BYTES;
  }

  private Letter<T> letter(T frame) {
    int size = frame.getSerializedSize();
    count(size);
    return new Letter<>(frame, null, size);
  }

  private void count(int change) {
    bytes += change;
    host.outgoing(change);
  }

  private void wake() {
    if (!sending && sink != null && !waiting.isEmpty()) {
      sending = true;
      host.send(this);
    }
  }

  /** Sends the one small frame that waits, if that takes no waiting; a thread sends the rest. */
  void sendAtOnce() {
    FrameSink<T> to;
    Letter<T> only;
    synchronized (this) {
      to = sink;
      only = waiting.size() == 1 ? waiting.peek() : null;
    }
    T frame = only == null ? null : only.frame();
    if (only == null || frame == null || to == null || only.bytes() > Transport.AT_ONCE_BYTES) {
      host.threads().execute(this::send);
      return;
    }
    boolean sent = false;
    try {
      sent = to.sendAtOnce(frame);
    } catch (RuntimeException e) {
      detachIf(to);
    }
    boolean roomAgain = sent && remove(only);
    synchronized (this) {
      sending = false;
      wake();
    }
    if (roomAgain) {
      room.run();
    }
  }

  /** Sends all that waits; for a thread of its own. */
  void send() {
    while (true) {
      Letter<T> letter;
      FrameSink<T> to;
      synchronized (this) {
        to = sink;
        letter = to == null ? null : waiting.peek();
        if (letter == null || to == null) {
          sending = false;
          return;
        }
      }
      if (!isDone(letter, to)) {
        // The stream is gone, and its listener hears why; what waits here waits for the next one,
        // this letter, too.
        detachIf(to);
      } else if (remove(letter)) {
        room.run();
      }
    }
  }

  private static <T extends MessageLite> boolean isDone(Letter<T> letter, FrameSink<T> to) {
    try {
      if (letter.act() != null) {
        letter.act().run();
      }
      return letter.frame() == null || to.send(letter.frame());
    } catch (RuntimeException e) {
      return letter.frame() == null;
    }
  }

  /** Takes a letter out, unless all was cleared meanwhile; whether a full box has room again. */
  private synchronized boolean remove(Letter<T> sent) {
    boolean full = isFull();
    if (waiting.removeIf(letter -> letter == sent)) {
      count(-sent.bytes());
    }
    return full && !isFull();
  }

  private synchronized void detachIf(FrameSink<T> gone) {
    if (sink == gone) {
      sink = null;
    }
  }
}
