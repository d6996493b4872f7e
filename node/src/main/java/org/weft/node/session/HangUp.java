package org.weft.node.session;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.transport.Timers;
import org.weft.protocol.v1.Down;

/**
 * Frees a session at every hop: by Close down the chain where the chain stands, and by a call to
 * each hop where it does not, where Close has not come through to the tail in time, or where steps
 * are queued before it. Nobody waits for it. Thread-safe.
 */
final class HangUp {
  private final HopCalls calls;
  private final Timers timers;
  private final Duration deadline;
  private final Runnable gone;
  private @Nullable ChainLinks links; // guarded by this, as all below
  private Collection<PeerAddress> peers = List.of();
  private long epoch;
  private Timers.@Nullable Timer patience;
  private boolean started;
  private boolean ending;
  private boolean finished;

  /** {@code gone} runs once, when all has been done that can be. */
  HangUp(HopCalls calls, Timers timers, Duration deadline, Runnable gone) {
    this.calls = calls;
    this.timers = timers;
    this.deadline = deadline;
    this.gone = gone;
  }

  /**
   * @param standing whether the chain can carry a Close
   * @param each whether every hop is told by itself as well, without waiting
   */
  synchronized void start(
      @Nullable ChainLinks current,
      long currentEpoch,
      Map<NodeId, PeerAddress> everyone,
      boolean standing,
      boolean each) {
    started = true;
    links = current;
    epoch = currentEpoch;
    peers = List.copyOf(everyone.values());
    if (standing && current != null) {
      timers.after(Duration.ZERO, () -> closeDown(current));
      patience = timers.after(deadline, this::endEverywhere);
    }
    if (!standing && current != null) {
      // Whoever still dials or waits for a window there need not.
      timers.after(Duration.ZERO, current::cancel);
    }
    if (!standing || each) {
      endEverywhere();
    }
  }

  /** Close has come through: the first hop has answered it, and the tail has ended its stream. */
  void closed() {
    finish();
  }

  /** A stream of {@code lostEpoch} broke or brought a fault: hops behind may not hear of Close. */
  void lost(long lostEpoch) {
    synchronized (this) {
      if (!started || lostEpoch != epoch) {
        return;
      }
    }
    endEverywhere();
  }

  private void closeDown(ChainLinks current) {
    try {
      current.send(Down.newBuilder().setClose(calls.close(current.epoch())).build());
    } catch (NodeException broken) {
      endEverywhere();
    }
  }

  private void endEverywhere() {
    Collection<PeerAddress> everyone;
    synchronized (this) {
      if (ending || finished) {
        return;
      }
      ending = true;
      everyone = peers;
    }
    calls.endAt(everyone, epoch(), deadline, this::finish);
  }

  private synchronized long epoch() {
    return epoch;
  }

  private void finish() {
    ChainLinks current;
    synchronized (this) {
      if (finished) {
        return;
      }
      finished = true;
      current = links;
      links = null;
      if (patience != null) {
        patience.cancel();
      }
    }
    if (current != null) {
      current.cancel();
    }
    gone.run();
  }
}
