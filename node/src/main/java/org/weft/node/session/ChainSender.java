package org.weft.node.session;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.SessionId;
import org.weft.node.transport.Transport;
import org.weft.protocol.ProtocolException;
import org.weft.shard.ShardException;

/**
 * Sends down the chain what {@link ChainState} wants sent, in its order, on the threads of the
 * session's callers. Owned by {@link ChainDriver}; any thread may {@link #flush}. Its one lock is
 * held while a peer's window is full, and is taken before the driver's, never under it.
 */
final class ChainSender {
  /** Where what goes out comes from. Takes the driver's lock itself. */
  interface Desk {
    /** The next to go out, taken off the pile; null where there is none. */
    @Nullable Parcel next();

    /** Streams for an epoch that is still to be opened; null where it is not any more. */
    @Nullable ChainLinks begin(ChainAction.Dial dial);

    void heard(ChainEvent event);
  }

  /** What goes out, and the streams that stand just then. */
  record Parcel(ChainAction.Outgoing what, @Nullable ChainLinks links) {}

  private final Transport transport;
  private final TicketWriter tickets;
  private final SessionId id;
  private final ChainLimits limits;
  private final Desk desk;
  private final ReentrantLock sending = new ReentrantLock();
  private final RowSender rows; // guarded by sending

  ChainSender(
      ChainDriver.Shared shared, SessionId id, ChainLimits limits, HiddenSource source, Desk desk) {
    transport = shared.transport();
    tickets = shared.tickets();
    this.id = id;
    this.limits = limits;
    this.desk = desk;
    rows = new RowSender(source, shared.model(), limits.chunkRows());
  }

  /** Until nothing is left to go out. */
  void flush() {
    sending.lock();
    try {
      for (Parcel next = desk.next(); next != null; next = desk.next()) {
        switch (next.what()) {
          case ChainAction.Dial dial -> dial(dial);
          case ChainAction.Send send -> send(send.chunk(), next.links());
        }
      }
    } finally {
      sending.unlock();
    }
  }

  private void dial(ChainAction.Dial dial) {
    ChainLinks fresh = desk.begin(dial);
    if (fresh == null) {
      return;
    }
    try {
      var ticket = tickets.write(id, dial.epoch(), fresh.route(), limits);
      fresh.open(transport, ticket, dial.base());
    } catch (NodeException refused) {
      boolean own = refused.error() == NodeError.TICKET;
      ChainFault fault = ChainFault.of(own ? ChainFault.GATEWAY : 0, refused);
      desk.heard(new ChainEvent.Faulted(dial.epoch(), fault));
    }
  }

  private void send(Chunk chunk, @Nullable ChainLinks current) {
    if (current == null || current.epoch() != chunk.epoch()) {
      return;
    }
    ChainFault fault;
    try {
      current.send(rows.frame(chunk));
      return;
    } catch (NodeException broken) {
      fault = ChainFault.of(0, broken);
    } catch (ProtocolException refused) {
      fault = ChainFault.of(ChainFault.GATEWAY, Causes.of(refused));
    } catch (ShardException refused) {
      fault = ChainFault.of(ChainFault.GATEWAY, Causes.of(refused));
    }
    desk.heard(new ChainEvent.Faulted(chunk.epoch(), fault));
  }
}
