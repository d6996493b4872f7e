package org.weft.node.session;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.weft.node.FaultCodes;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.node.transport.ChainListener;
import org.weft.node.transport.ChainStream;
import org.weft.node.transport.GatherListener;
import org.weft.node.transport.GatherStream;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Up;

/**
 * The two streams of one epoch: down the chain through its first hop, and from its tail. Frames
 * become events of the session's state. Thread-safe.
 */
final class ChainLinks {
  /** Who hears what the streams bring. Called on the streams' own threads. */
  interface Ears {
    void heard(ChainEvent event);

    /** The same, unless it would have to wait for another thread. */
    boolean heardAtOnce(ChainEvent event);

    /** Close has come through: the first hop has answered it, and the tail has ended its stream. */
    void closed(long epoch);

    /** One of the streams broke, or brought a fault. */
    void lost(long epoch);

    void draining(long epoch, int hop);
  }

  private final long epoch;
  private final Route route;
  private final Ears ears;
  private @Nullable ChainStream chain; // guarded by this, as all below
  private @Nullable GatherStream gather;
  private boolean cancelled;
  private boolean firstClosed;
  private boolean tailEnded;

  ChainLinks(long epoch, Route route, Ears ears) {
    this.epoch = epoch;
    this.route = route;
    this.ears = ears;
  }

  long epoch() {
    return epoch;
  }

  Route route() {
    return route;
  }

  /** Dials the tail, then the first hop, and asks the chain to open. */
  void open(Transport transport, VerifiedTicket ticket, int base) {
    Route.Hop tail = route.hops().getLast();
    Collect collect =
        Collect.newBuilder()
            .setSessionId(ByteString.copyFrom(ticket.session().bytes()))
            .setGateway(ByteString.copyFrom(ticket.gateway().bytes()))
            .setEpoch(epoch)
            .setSpan(TicketWriter.range(tail.span()))
            .build();
    GatherStream fromTail = transport.gather(tail.record().address(), collect, new TailListener());
    if (!keep(fromTail, null)) {
      fromTail.cancel();
      return;
    }
    ChainStream down =
        transport.chain(route.hops().getFirst().record().address(), new HopListener());
    if (!keep(fromTail, down)) {
      down.cancel();
      return;
    }
    down.send(
        Down.newBuilder()
            .setOpen(Open.newBuilder().setTicket(ticket.signed()).setHop(0).setBase(base))
            .build());
  }

  /** Waits while the first hop's flow-control window is full; a NodeException where it is gone. */
  void send(Down frame) {
    ChainStream down;
    synchronized (this) {
      down = chain;
    }
    if (down == null) {
      throw new NodeException(NodeError.UNREACHABLE, "the chain is not open", false, 0);
    }
    down.send(frame);
  }

  /** Ends both streams; without a Close before, the hops keep the session for a lease. */
  void cancel() {
    ChainStream down;
    GatherStream fromTail;
    synchronized (this) {
      cancelled = true;
      down = chain;
      fromTail = gather;
      chain = null;
      gather = null;
    }
    if (down != null) {
      down.cancel();
    }
    if (fromTail != null) {
      fromTail.cancel();
    }
  }

  private synchronized boolean keep(GatherStream fromTail, @Nullable ChainStream down) {
    if (cancelled) {
      return false;
    }
    gather = fromTail;
    chain = down;
    return true;
  }

  private int tail() {
    return route.hops().size() - 1;
  }

  private void faulted(ChainFault fault) {
    ears.heard(new ChainEvent.Faulted(epoch, fault));
  }

  private void faulted(Fault fault) {
    if (fault.getEpoch() != 0 && fault.getEpoch() != epoch) {
      return;
    }
    // A hop that cannot reach the next one is not itself to blame.
    boolean next = fault.getCode() == FaultCode.FAULT_CODE_NEXT_HOP;
    int hop = Math.clamp(Integer.toUnsignedLong(fault.getHop()) + (next ? 1 : 0), 0, tail());
    NodeError error = notClosed(FaultCodes.error(fault.getCode()));
    int retry = Math.max(0, fault.getRetryMs());
    ears.lost(epoch);
    faulted(new ChainFault(hop, error, fault.getPermanent(), retry, fault.getText()));
  }

  private void ended(int hop, @Nullable NodeException cause) {
    if (cause == null) {
      faulted(ChainFault.passing(hop, NodeError.UNREACHABLE, "it ended the stream"));
      return;
    }
    ears.lost(epoch);
    ChainFault fault = ChainFault.of(hop, cause);
    faulted(
        new ChainFault(
            hop,
            notClosed(fault.error()),
            fault.permanent(),
            fault.retryMillis(),
            fault.sentence()));
  }

  /**
   * The first hop answers Close for itself alone, but each hop frees as it passes Close on: once
   * the tail has ended its stream in order, all have.
   */
  private void closed(boolean byFirst, boolean byTail) {
    boolean through;
    synchronized (this) {
      firstClosed |= byFirst;
      tailEnded |= byTail;
      through = firstClosed && tailEnded;
    }
    if (through) {
      ears.closed(epoch);
    }
  }

  /** Only this side closes a session: a hop that says so has lost it, or has gone. */
  private static NodeError notClosed(NodeError error) {
    return error == NodeError.CLOSED ? NodeError.UNREACHABLE : error;
  }

  /** Hears the first hop. */
  private final class HopListener implements ChainListener {
    @Override
    public void received(Up frame) {
      switch (frame.getFrameCase()) {
        case OPENED ->
            ears.heard(
                new ChainEvent.Opened(
                    frame.getOpened().getEpoch(),
                    frame.getOpened().getHeld(),
                    frame.getOpened().getWindow()));
        case FAULT -> faulted(frame.getFault());
        case CLOSED -> closed(true, false);
        case DRAINING -> ears.draining(epoch, Math.clamp(frame.getDraining().getHop(), 0, tail()));
        // Answers to probes come by Ask; what a later version adds says nothing to this one.
        case REPORT, FRAME_NOT_SET -> {}
      }
    }

    @Override
    public void ended(@Nullable NodeException cause) {
      ChainLinks.this.ended(0, cause);
    }
  }

  /** Hears the tail. */
  private final class TailListener implements GatherListener {
    @Override
    public boolean receivedAtOnce(Collected frame) {
      return frame.hasResult()
          && frame.getResult().getHidden().size() <= Transport.AT_ONCE_BYTES
          && ears.heardAtOnce(new ChainEvent.Answered(epoch, frame.getResult()));
    }

    @Override
    public void received(Collected frame) {
      switch (frame.getFrameCase()) {
        case RESULT -> ears.heard(new ChainEvent.Answered(epoch, frame.getResult()));
        case FAULT -> faulted(frame.getFault());
        case COLLECTING, FRAME_NOT_SET -> {}
      }
    }

    @Override
    public void ended(@Nullable NodeException cause) {
      if (cause == null) {
        closed(false, true);
      }
      ChainLinks.this.ended(tail(), cause);
    }
  }
}
