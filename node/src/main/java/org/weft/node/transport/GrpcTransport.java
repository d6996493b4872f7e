package org.weft.node.transport;

import java.time.Clock;
import java.time.Duration;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;

/** gRPC over Netty and mutual TLS 1.3. */
public final class GrpcTransport implements Transport {
  /** A transport that dials only: what a gateway needs. */
  public static GrpcTransport dialling(NodeKey key, TransportConfig config, Clock clock) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** One that listens too; services are given later by {@link #serve}. */
  public static GrpcTransport listening(
      NodeKey key,
      TransportConfig config,
      Clock clock,
      SessionService sessions,
      DirectoryService directory) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** The port listened on. */
  public int port() {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public NodeId self() {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public ChainStream chain(PeerAddress peer, ChainListener listener) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public GatherStream gather(PeerAddress peer, Collect request, GatherListener listener) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public ProbeReport ask(PeerAddress peer, Probe probe, Duration deadline) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public Closed end(PeerAddress peer, Close close, Duration deadline) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public ExchangeReply exchange(PeerAddress peer, ExchangeRequest request, Duration deadline) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public Duration ping(PeerAddress peer, Duration deadline) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }

  private GrpcTransport() {}
}
