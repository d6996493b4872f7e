package org.weft.node.serving;

import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.transport.ChainListener;
import org.weft.node.transport.ChainStream;
import org.weft.node.transport.Timers;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Opened;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Up;

/**
 * The stream to the hop behind this one, for one epoch of one session. Guarded by the server's
 * lock; frames leave on a thread of their own.
 */
final class NextHop implements ChainListener {
  private final Host host;
  private final HopSession session;
  private final HopPlan plan;
  private final PeerAddress address;
  private final Mailbox<Down> down;
  private @Nullable ChainStream stream;
  private Timers.@Nullable Timer closing;
  private boolean left;

  NextHop(Host host, HopSession session, HopPlan plan, PeerAddress address) {
    this.host = host;
    this.session = session;
    this.plan = plan;
    this.address = address;
    down =
        new Mailbox<>(
            host, host.config().caps().outbox(), () -> host.locked(session.flow()::advance));
  }

  /** Dials and passes the ticket on; any answer comes to the listener. */
  void dial() {
    Open open =
        Open.newBuilder()
            .setTicket(plan.ticket())
            .setHop(plan.hop() + 1)
            .setBase(plan.base())
            .build();
    down.add(Down.newBuilder().setOpen(open).build());
    host.threads()
        .execute(() -> {
          ChainStream dialled;
          try {
            dialled = host.transport().chain(address, this);
          } catch (NodeException e) {
            ended(e);
            return;
          }
          host.locked(() -> dialled(dialled));
        });
  }

  private void dialled(ChainStream dialled) {
    stream = dialled;
    if (left) {
      host.threads().execute(dialled::cancel);
    } else {
      down.attach(dialled);
    }
  }

  /** Whether an answer fits what it was asked. */
  boolean wasAskedFor(Opened opened) {
    return opened.getEpoch() == plan.epoch()
        && opened.getHeld() >= 0
        && opened.getHeld() <= plan.base()
        && opened.getWindow() > 0;
  }

  boolean isFull() {
    return down.isFull();
  }

  void send(Step step) {
    down.add(Down.newBuilder().setStep(step).build());
  }

  /** Tells it that steps are on their way. What it reports is of no use here. */
  void probe() {
    down.add(Down.newBuilder().setProbe(Probe.getDefaultInstance()).build());
  }

  void faulted(Fault fault) {
    down.add(Down.newBuilder().setFault(fault).build());
  }

  /** Passes Close on, ahead of steps that nobody needs now, and waits a while for the answer. */
  void close(Close close) {
    down.clear();
    down.add(Down.newBuilder().setClose(close).build());
    closing = host.timers().after(host.config().waits().closing(), () -> host.locked(this::leave));
  }

  /** Sends what waits, then leaves without Close: the peer starts its lease. */
  void leaveAfterAll() {
    down.then(() -> host.locked(this::leave));
  }

  /** Leaves without Close, now. */
  void leave() {
    if (left) {
      return;
    }
    left = true;
    if (closing != null) {
      closing.cancel();
    }
    down.close();
    if (stream != null) {
      host.threads().execute(stream::cancel);
    }
  }

  @Override
  public void received(Up frame) {
    host.locked(() -> {
      if (left) {
        return;
      }
      switch (frame.getFrameCase()) {
        case OPENED -> session.opened(this, frame.getOpened());
        case FAULT -> session.faultFromBelow(this, frame.getFault());
        case DRAINING -> session.drainingBelow(this, frame.getDraining());
        case CLOSED -> closed();
        // Our probes only say that steps are coming, and a frame of a later version says nothing to
        // us.
        case REPORT, FRAME_NOT_SET -> {}
      }
    });
  }

  private void closed() {
    if (closing != null) {
      leave();
    }
  }

  @Override
  public void ended(@Nullable NodeException cause) {
    host.locked(() -> {
      boolean surprise = !left && closing == null;
      leave();
      if (surprise) {
        session.nextEnded(this, cause);
      }
    });
  }
}
