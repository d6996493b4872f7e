package org.weft.node.session;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.weft.crypto.NodeId;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.SessionId;
import org.weft.node.transport.Timers;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;

/**
 * What a gateway asks of each hop by itself, past the chain. Calls return at once; each peer is
 * called on a thread of its own, with a deadline.
 */
final class HopCalls {
  private final Transport transport;
  private final Timers timers;
  private final ByteString session;
  private final ByteString gateway;

  HopCalls(Transport transport, Timers timers, SessionId session, NodeId gateway) {
    this.transport = transport;
    this.timers = timers;
    this.session = ByteString.copyFrom(session.bytes());
    this.gateway = ByteString.copyFrom(gateway.bytes());
  }

  Close close(long epoch) {
    return Close.newBuilder().setSessionId(session).setGateway(gateway).setEpoch(epoch).build();
  }

  /** Frees the session at every peer that can be reached; {@code done} runs after the last. */
  void endAt(Collection<PeerAddress> peers, long epoch, Duration deadline, Runnable done) {
    if (peers.isEmpty()) {
      done.run();
      return;
    }
    AtomicInteger left = new AtomicInteger(peers.size());
    for (PeerAddress peer : peers) {
      timers.after(
          Duration.ZERO,
          () -> {
            try {
              var unused = transport.end(peer, close(epoch), deadline);
            } catch (NodeException unreachable) {
              // Its lease ends instead.
            } finally {
              if (left.decrementAndGet() == 0) {
                done.run();
              }
            }
          });
    }
  }

  /** Asks every hop what it has taken in and given out. */
  void probe(Route route, Duration deadline, Consumer<List<Optional<ProbeReport>>> reports) {
    int hops = route.hops().size();
    AtomicReferenceArray<Optional<ProbeReport>> found = new AtomicReferenceArray<>(hops);
    AtomicInteger left = new AtomicInteger(hops);
    for (int i = 0; i < hops; i++) {
      int hop = i;
      timers.after(
          Duration.ZERO,
          () -> {
            found.set(hop, Optional.empty());
            try {
              found.set(hop, Optional.of(ask(route.hops().get(hop), deadline)));
            } catch (NodeException silent) {
              // That is what the probe was to find out.
            } finally {
              if (left.decrementAndGet() == 0) {
                reports.accept(list(found));
              }
            }
          });
    }
  }

  private ProbeReport ask(Route.Hop hop, Duration deadline) {
    Probe probe =
        Probe.newBuilder()
            .setSessionId(session)
            .setGateway(gateway)
            .setSpan(TicketWriter.range(hop.span()))
            .build();
    return transport.ask(hop.record().address(), probe, deadline);
  }

  private static List<Optional<ProbeReport>> list(
      AtomicReferenceArray<Optional<ProbeReport>> found) {
    List<Optional<ProbeReport>> list = new ArrayList<>(found.length());
    for (int i = 0; i < found.length(); i++) {
      list.add(found.get(i));
    }
    return list;
  }
}
