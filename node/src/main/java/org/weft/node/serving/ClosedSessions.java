package org.weft.node.serving;

import java.time.Clock;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.SessionId;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.protocol.v1.Closed;

/**
 * Sessions that have ended, until their tickets have, so that a ticket opens nothing once its
 * session is over. Bounded: the oldest are forgotten first. Guarded by the server's lock.
 */
final class ClosedSessions {
  private final Clock clock;
  private final int capacity;
  private final LinkedHashMap<Name, Memory> sessions = new LinkedHashMap<>();

  /** A session, whatever its spans here were. */
  private record Name(NodeId gateway, SessionId session) {}

  /** What is left of it. */
  record Memory(long epoch, long expiresMillis, Closed counts) {}

  ClosedSessions(Clock clock, int capacity) {
    this.clock = clock;
    this.capacity = capacity;
  }

  void remember(SessionKey key, long epoch, long expiresMillis, Closed counts) {
    Name name = new Name(key.gateway(), key.session());
    Memory before = sessions.remove(name);
    Memory memory = new Memory(epoch, expiresMillis, counts);
    sessions.put(name, before == null ? memory : join(before, memory));
    forget();
  }

  /** Closed before it was ever opened: an Open that is still on its way will be refused. */
  void rememberUnseen(NodeId gateway, SessionId session, long epoch) {
    Name name = new Name(gateway, session);
    forget();
    // Anyone can close what nobody opened, so this may not drive out what was.
    if (sessions.containsKey(name) || sessions.size() < capacity / 2) {
      long expires = clock.millis() + VerifiedTicket.MAX_LIFE.toMillis();
      Memory unseen = new Memory(epoch, expires, Closed.getDefaultInstance());
      sessions.merge(name, unseen, ClosedSessions::join);
    }
  }

  Optional<Memory> recall(NodeId gateway, SessionId session) {
    Memory memory = sessions.get(new Name(gateway, session));
    return memory == null || memory.expiresMillis() <= clock.millis()
        ? Optional.empty()
        : Optional.of(memory);
  }

  int size() {
    return sessions.size();
  }

  private static Memory join(Memory one, Memory other) {
    Closed a = one.counts();
    Closed b = other.counts();
    return new Memory(
        Math.max(one.epoch(), other.epoch()),
        Math.max(one.expiresMillis(), other.expiresMillis()),
        Closed.newBuilder()
            .setPositions(a.getPositions() + b.getPositions())
            .setSteps(a.getSteps() + b.getSteps())
            .setComputeNanos(a.getComputeNanos() + b.getComputeNanos())
            .build());
  }

  private void forget() {
    long now = clock.millis();
    Iterator<Memory> oldestFirst = sessions.values().iterator();
    while (oldestFirst.hasNext()) {
      boolean over = oldestFirst.next().expiresMillis() <= now || sessions.size() > capacity;
      if (!over) {
        return;
      }
      oldestFirst.remove();
    }
  }
}
