package org.weft.node.serving;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What a hop has sent on, by position, so that a replaced successor can be filled again: the very
 * bytes of the messages, not a copy of them, and never on disk (they are a stranger's activations).
 * The newest rows are kept within the bytes that were granted, the oldest go first. Guarded by the
 * server's lock.
 */
final class OutputLog {
  private final int rowBytes;
  private final long capacity;
  private final ArrayDeque<Rows> rows = new ArrayDeque<>();
  private long bytes;
  private int end;

  /** Rows [from, from + count) in the format of the way out. */
  record Rows(int from, int count, ByteString bytes) {}

  OutputLog(int rowBytes, long capacity) {
    this.rowBytes = rowBytes;
    this.capacity = capacity;
  }

  long bytes() {
    return bytes;
  }

  /** The first position that is kept; {@link #end} where there are none. */
  int start() {
    return rows.isEmpty() ? end : rows.getFirst().from();
  }

  int end() {
    return end;
  }

  /** Appends rows at {@code from}, which replace what stood there and after. */
  void append(int from, int count, ByteString encoded) {
    cut(from);
    if (from != end) {
      // A hole cannot be replayed across.
      clear();
    }
    rows.add(new Rows(from, count, encoded));
    bytes += encoded.size();
    end = from + count;
    while (bytes > capacity) {
      bytes -= rows.removeFirst().bytes().size();
    }
  }

  /** Forgets positions from {@code length} on. */
  void cut(int length) {
    while (!rows.isEmpty() && rows.getLast().from() >= length) {
      bytes -= rows.removeLast().bytes().size();
    }
    if (!rows.isEmpty() && rows.getLast().from() + rows.getLast().count() > length) {
      Rows last = rows.removeLast();
      int count = length - last.from();
      // A copy: a view would keep all of the message, which nobody counts any more.
      byte[] copy = last.bytes().substring(0, count * rowBytes).toByteArray();
      ByteString kept = UnsafeByteOperations.unsafeWrap(copy);
      bytes -= last.bytes().size() - kept.size();
      rows.add(new Rows(last.from(), count, kept));
    }
    end = Math.min(end, length);
  }

  void clear() {
    rows.clear();
    bytes = 0;
  }

  /** Positions [from, to), which are kept, in pieces of {@code most} rows at most. */
  List<Rows> read(int from, int to, int most) {
    List<Rows> pieces = new ArrayList<>();
    List<ByteString> piece = new ArrayList<>();
    int start = from;
    int at = from;
    Iterator<Rows> all = rows.iterator();
    while (at < to && all.hasNext()) {
      Rows next = all.next();
      while (at < to && at < next.from() + next.count() && at >= next.from()) {
        int count = Math.min(Math.min(next.from() + next.count(), to) - at, most - (at - start));
        int offset = (at - next.from()) * rowBytes;
        piece.add(next.bytes().substring(offset, offset + count * rowBytes));
        at += count;
        if (at - start == most || at == to) {
          pieces.add(new Rows(start, at - start, ByteString.copyFrom(piece)));
          piece.clear();
          start = at;
        }
      }
    }
    return pieces;
  }
}
