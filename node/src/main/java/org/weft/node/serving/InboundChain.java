package org.weft.node.serving;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.transport.SessionService;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Draining;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Opened;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Up;

/**
 * A Chain stream that a predecessor opened: its first frame that matters is an Open, which binds it
 * to a session until that session moves on. Frames come serially, and none is made to wait: a
 * stream that is not read stalls all streams of its connection. The binding is guarded by the
 * server's lock.
 */
final class InboundChain implements SessionService.Inbound {
  private static final int MAX_WAITING = 64;

  private final NodeId peer;
  private final SessionService.Outbound<Up> out;
  private final Host host;
  private final SessionTable table;
  private final Mailbox<Up> up;
  private @Nullable HopSession session;
  private @Nullable Draining draining; // as last passed on in this epoch
  private boolean over;

  InboundChain(NodeId peer, SessionService.Outbound<Up> out, Host host, SessionTable table) {
    this.peer = peer;
    this.out = out;
    this.host = host;
    this.table = table;
    up = new Mailbox<>(host, MAX_WAITING, () -> {});
    up.attach(out);
  }

  NodeId peer() {
    return peer;
  }

  @Nullable HopSession session() {
    return session;
  }

  void bind(HopSession to) {
    session = to;
  }

  @Override
  public void received(Down frame) {
    if (isOver()) {
      return;
    }
    switch (frame.getFrameCase()) {
      case OPEN -> table.open(this, frame.getOpen());
      case STEP -> step(frame.getStep());
      case PROBE -> host.locked(this::probe);
      case CLOSE -> host.locked(() -> close(frame.getClose()));
      case FAULT -> host.locked(() -> fault(frame.getFault()));
      case FRAME_NOT_SET ->
          host.locked(() ->
              refuse(
                  FaultReason.permanent(
                      FaultCode.FAULT_CODE_PROTOCOL, "A frame that says nothing."),
                  0,
                  0));
    }
  }

  @Override
  public boolean receivedAtOnce(Down frame) {
    Step step = frame.getStep();
    if (!frame.hasStep()
        || step.getHidden().size() > Transport.AT_ONCE_BYTES
        || !host.lock().tryLock()) {
      return false;
    }
    try {
      if (session == null || over) {
        return false;
      }
      session.step(step);
      return true;
    } finally {
      host.lock().unlock();
    }
  }

  private boolean isOver() {
    host.lock().lock();
    try {
      return over;
    } finally {
      host.lock().unlock();
    }
  }

  @Override
  public void ended() {
    host.locked(() -> {
      over = true;
      up.close();
      HopSession bound = session;
      session = null;
      if (bound != null) {
        bound.aboveEnded(this);
      }
    });
  }

  private void step(Step step) {
    host.lock().lock();
    try {
      HopSession bound = session;
      if (bound == null) {
        refuse(
            FaultReason.permanent(
                FaultCode.FAULT_CODE_UNKNOWN_SESSION, "No session is open on this stream."),
            0,
            step.getEpoch());
        return;
      }
      bound.step(step);
    } finally {
      host.lock().unlock();
    }
  }

  private void probe() {
    if (session != null) {
      session.stepsAreComing();
    }
    if (!up.isFull()) {
      ProbeReport report = session == null ? ProbeReport.getDefaultInstance() : session.report();
      up.add(Up.newBuilder().setReport(report).build());
    }
  }

  private void close(Close close) {
    HopSession bound = session;
    if (bound == null) {
      answerClosed(Closed.getDefaultInstance());
    } else if (!bound.key().isNamedBy(close)) {
      bound.fault(
          FaultReason.permanent(
              FaultCode.FAULT_CODE_PROTOCOL, "A Close of another session than the stream's."));
    } else if (close.getEpoch() > bound.epoch()) {
      // It speaks for its ticket's epoch; what the gateway may sign later is not its to end.
      bound.fault(
          FaultReason.permanent(
              FaultCode.FAULT_CODE_PROTOCOL, "A Close of a later epoch than the stream's."));
    } else if (close.getEpoch() == bound.epoch()) {
      table.close(bound, bound.epoch());
    }
  }

  private void fault(Fault fault) {
    if (session != null) {
      session.faultFromAbove(fault);
    }
  }

  void opened(Opened opened) {
    draining = null;
    up.add(Up.newBuilder().setOpened(opened).build());
  }

  /** Passed on where it says something new and is no flood: a hop behind may say so at any time. */
  void draining(Draining said) {
    if (!Objects.equals(said, draining) && !up.isFull()) {
      draining = said;
      up.add(Up.newBuilder().setDraining(said).build());
    }
  }

  void faulted(Fault fault) {
    up.add(Up.newBuilder().setFault(fault).build());
  }

  /** The session was opened again by a later ticket. */
  void superseded(HopPlan older) {
    faulted(
        FaultReason.passing(
                FaultCode.FAULT_CODE_STALE_EPOCH,
                "The session was opened again with a later epoch.")
            .at(older.hop(), older.epoch()));
    leave();
  }

  /** The session is over in order. */
  void answerClosed(Closed counts) {
    up.add(Up.newBuilder().setClosed(counts).build());
    leave();
  }

  /** Nothing opens here: says why and ends the stream. */
  void refuse(FaultReason reason, int hop, long epoch) {
    host.counters().fault(reason.code());
    faulted(reason.at(hop, epoch));
    leave();
  }

  /** Ends the stream once all that was said has been sent. */
  void leave() {
    session = null;
    if (!over) {
      over = true;
      up.then(out::finish);
    }
  }
}
