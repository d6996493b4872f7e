package org.weft.node.serving;

import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.transport.SessionService;
import org.weft.node.transport.Timers;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Collecting;
import org.weft.protocol.v1.FaultCode;

/** A Gather stream: waiting for its session, or bound to its tail. Guarded by the server's lock. */
final class Collector {
  private final NodeId peer;
  private final SessionKey key;
  private final long epoch;
  private final SessionService.Outbound<Collected> out;
  private final Host host;
  private @Nullable HopSession session;
  private Timers.@Nullable Timer deadline;
  private boolean gone;

  Collector(
      NodeId peer, SessionKey key, long epoch, SessionService.Outbound<Collected> out, Host host) {
    this.peer = peer;
    this.key = key;
    this.epoch = epoch;
    this.out = out;
    this.host = host;
  }

  NodeId peer() {
    return peer;
  }

  SessionKey key() {
    return key;
  }

  long epoch() {
    return epoch;
  }

  SessionService.Outbound<Collected> out() {
    return out;
  }

  @Nullable HopSession session() {
    return session;
  }

  void waitsUntil(Timers.Timer timer) {
    deadline = timer;
  }

  void bind(HopSession to) {
    stopWaiting();
    session = to;
  }

  void stopWaiting() {
    if (deadline != null) {
      deadline.cancel();
      deadline = null;
    }
  }

  boolean isGone() {
    return gone;
  }

  void gone() {
    gone = true;
    stopWaiting();
  }

  /** Says why nothing will come, and ends the stream. */
  void refuse(FaultCode code, String text) {
    stopWaiting();
    host.counters().fault(code);
    Collected fault =
        Collected.newBuilder().setFault(FaultReason.permanent(code, text).at(0, epoch)).build();
    host.threads()
        .execute(() -> {
          out.send(fault);
          out.finish();
        });
  }

  static Collected collecting(long epoch) {
    return Collected.newBuilder().setCollecting(Collecting.newBuilder().setEpoch(epoch)).build();
  }
}
