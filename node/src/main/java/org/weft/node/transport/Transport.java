package org.weft.node.transport;

import java.time.Duration;
import org.weft.crypto.NodeId;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;

/**
 * What a node says to others. Channels are pooled by NodeId, dialled on first use, and prove the
 * peer's identity and a common version before they carry anything. Blocking calls are for virtual
 * threads. {@code GrpcTransport} is the real one; tests join nodes in memory.
 */
public interface Transport extends AutoCloseable {
  /** Frames with no more bytes than this may be handled on an event loop. */
  int AT_ONCE_BYTES = 64 << 10;

  NodeId self();

  /**
   * Opens a Chain stream. Does not wait for the dial: a dial that fails arrives as {@link
   * ChainListener#ended}, which is called once, and last, however the stream ends; after a {@link
   * ChainStream#cancel} of one's own it is called with CLOSED.
   */
  ChainStream chain(PeerAddress peer, ChainListener listener);

  /** Opens a Gather stream; it ends as a Chain stream does. */
  GatherStream gather(PeerAddress peer, Collect request, GatherListener listener);

  /**
   * Asks a hop of a session.
   *
   * @throws NodeException UNREACHABLE, WRONG_PEER, INCOMPATIBLE, DEADLINE, or what the peer refuses
   *     with; as do all calls below
   */
  ProbeReport ask(PeerAddress peer, Probe probe, Duration deadline);

  Closed end(PeerAddress peer, Close close, Duration deadline);

  ExchangeReply exchange(PeerAddress peer, ExchangeRequest request, Duration deadline);

  /**
   * Measured round trip of the Hello, over a connection to one of the peer's own endpoints: it
   * proves the NodeId behind them, whatever connections to the peer there are elsewhere.
   */
  Duration ping(PeerAddress peer, Duration deadline);

  /** Whether it was closed: the streams that end then end on this side. */
  default boolean isClosed() {
    return false;
  }

  /** Ends every stream and call, within two seconds. */
  @Override
  void close();
}
