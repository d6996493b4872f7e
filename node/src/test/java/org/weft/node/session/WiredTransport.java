package org.weft.node.session;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.transport.ChainListener;
import org.weft.node.transport.ChainStream;
import org.weft.node.transport.GatherListener;
import org.weft.node.transport.GatherStream;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Step;

/**
 * A real transport whose dials go through the test's own wires, one for each pair of nodes, and
 * whose steps are noted as they are sent.
 */
record WiredTransport(Transport real, UnaryOperator<PeerAddress> wire, Consumer<Sent> notes)
    implements Transport {
  /** Rows that {@code from} has sent {@code to}. */
  record Sent(NodeId from, NodeId to, long epoch, int position, int rows) {}

  @Override
  public NodeId self() {
    return real.self();
  }

  @Override
  public ChainStream chain(PeerAddress peer, ChainListener listener) {
    ChainStream stream = real.chain(wire.apply(peer), listener);
    return new ChainStream() {
      @Override
      public boolean send(Down frame) {
        if (frame.hasStep()) {
          note(peer.id(), frame.getStep());
        }
        return stream.send(frame);
      }

      @Override
      public void cancel() {
        stream.cancel();
      }
    };
  }

  private void note(NodeId to, Step step) {
    int rows = step.getHidden().isEmpty() ? 0 : step.getRows() - step.getHeld();
    notes.accept(new Sent(self(), to, step.getEpoch(), step.getPosition() + step.getHeld(), rows));
  }

  @Override
  public GatherStream gather(PeerAddress peer, Collect request, GatherListener listener) {
    return real.gather(wire.apply(peer), request, listener);
  }

  @Override
  public ProbeReport ask(PeerAddress peer, Probe probe, Duration deadline) {
    return real.ask(wire.apply(peer), probe, deadline);
  }

  @Override
  public Closed end(PeerAddress peer, Close close, Duration deadline) {
    return real.end(wire.apply(peer), close, deadline);
  }

  @Override
  public ExchangeReply exchange(PeerAddress peer, ExchangeRequest request, Duration deadline) {
    return real.exchange(wire.apply(peer), request, deadline);
  }

  @Override
  public Duration ping(PeerAddress peer, Duration deadline) {
    return real.ping(wire.apply(peer), deadline);
  }

  @Override
  public boolean isClosed() {
    return real.isClosed();
  }

  @Override
  public void close() {
    real.close();
  }
}
