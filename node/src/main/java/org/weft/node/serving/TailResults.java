package org.weft.node.serving;

import org.jspecify.annotations.Nullable;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.Result;

/**
 * What a tail has for its collector. Results wait here while there is none, and, once the box is
 * full, the session is not computed further. Guarded by the server's lock.
 */
final class TailResults {
  private final Host host;
  private final Mailbox<Collected> box;
  private @Nullable Collector collector;
  private boolean ended;

  TailResults(Host host, Runnable room) {
    this.host = host;
    box = new Mailbox<>(host, host.config().caps().outbox(), room);
  }

  boolean collected() {
    return collector != null;
  }

  boolean isFull() {
    return box.isFull();
  }

  /** A new stream takes the place of an older one. */
  void bind(Collector to, long epoch) {
    Collector before = collector;
    collector = to;
    box.attach(to.out(), Collector.collecting(epoch));
    if (before != null) {
      host.threads().execute(before.out()::finish);
    }
  }

  void unbind(Collector gone) {
    if (collector == gone) {
      collector = null;
      if (ended) {
        box.close();
      } else {
        box.detach();
      }
    }
  }

  /** Results of an older epoch are of no use; a collector that is there stays if it {@code may}. */
  void begin(long epoch, boolean may) {
    box.clear();
    Collector bound = collector;
    if (bound != null && may) {
      box.add(Collector.collecting(epoch));
    } else if (bound != null) {
      unbind(bound);
      host.threads().execute(bound.out()::finish);
    }
  }

  void clear() {
    box.clear();
  }

  void add(Result result) {
    box.add(Collected.newBuilder().setResult(result).build());
  }

  void add(Fault fault) {
    box.add(Collected.newBuilder().setFault(fault).build());
  }

  /** No more will come: ends the stream after what waits. */
  void end() {
    ended = true;
    Collector last = collector;
    if (last == null) {
      box.close();
    } else {
      box.then(last.out()::finish);
    }
  }
}
