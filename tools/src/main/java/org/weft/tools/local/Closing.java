package org.weft.tools.local;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;

/** Parts that were opened one after the other, to be closed in the other order. Thread-safe. */
final class Closing implements AutoCloseable {
  private final Deque<Runnable> parts = new ArrayDeque<>();
  private boolean closed;

  /**
   * Makes a whole that opens its parts one after the other and adds each at once: where one does
   * not open, those before it are closed.
   */
  static <T> T whole(Function<Closing, T> make) {
    Closing closing = new Closing();
    try {
      return make.apply(closing);
    } catch (RuntimeException | Error refused) {
      try {
        closing.close();
      } catch (RuntimeException alsoFailed) {
        refused.addSuppressed(alsoFailed);
      }
      throw refused;
    }
  }

  synchronized void add(Runnable close) {
    parts.push(close);
  }

  <T> T add(T part, Consumer<T> close) {
    add(() -> close.accept(part));
    return part;
  }

  /** How many parts are open. */
  synchronized int size() {
    return parts.size();
  }

  synchronized boolean closed() {
    return closed;
  }

  /**
   * Every part gets its turn, whatever another one throws; the first failure is thrown at the end.
   */
  @Override
  public void close() {
    RuntimeException first = null;
    for (Runnable part = next(); part != null; part = next()) {
      try {
        part.run();
      } catch (RuntimeException failed) {
        first = first == null ? failed : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Runnable next() {
    closed = true;
    return parts.poll();
  }
}
