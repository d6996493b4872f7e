package org.weft.node.transport;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import io.grpc.ServerTransportFilter;
import java.security.cert.CertificateException;
import java.time.Clock;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.weft.crypto.NodeId;
import org.weft.crypto.TlsIdentity;
import org.weft.node.NodeError;

/** Who is at the other end: read from each connection's certificate once, when it is accepted. */
final class Callers extends ServerTransportFilter {
  private static final Attributes.Key<NodeId> PEER = Attributes.Key.create("weft-peer");

  private final Clock clock;

  Callers(Clock clock) {
    this.clock = clock;
  }

  /** A connection without a proven peer gets no attribute, and every call on it is refused. */
  @Override
  public Attributes transportReady(Attributes attributes) {
    SSLSession session = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return attributes;
    }
    try {
      NodeId peer = TlsIdentity.peerOf(session.getPeerCertificates(), clock);
      return attributes.toBuilder().set(PEER, peer).build();
    } catch (CertificateException | SSLPeerUnverifiedException e) {
      return attributes;
    }
  }

  static NodeId peer(ServerCall<?, ?> call) {
    NodeId peer = call.getAttributes().get(PEER);
    if (peer == null) {
      throw Failures.failure(NodeError.WRONG_PEER, "The connection has no proven peer.");
    }
    return peer;
  }
}
