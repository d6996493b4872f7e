package org.weft.node.transport;

import java.time.Duration;
import org.weft.crypto.NodeId;
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
  NodeId self();

  /**
   * Opens a Chain stream. Listener calls are serial. Dial failures arrive as {@link
   * ChainListener#failed}.
   */
  ChainStream chain(PeerAddress peer, ChainListener listener);

  /** Opens a Gather stream. */
  GatherStream gather(PeerAddress peer, Collect request, GatherListener listener);

  ProbeReport ask(PeerAddress peer, Probe probe, Duration deadline);

  Closed end(PeerAddress peer, Close close, Duration deadline);

  ExchangeReply exchange(PeerAddress peer, ExchangeRequest request, Duration deadline);

  /** Measured round trip of the Hello on the pooled channel; dials where there is none. */
  Duration ping(PeerAddress peer, Duration deadline);

  @Override
  void close();
}
