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
  private static final Attributes.Key<Caller> CALLER = Attributes.Key.create("weft-caller");

  private final Clock clock;
  private final AcceptedConnections connections;

  /** The peer of one connection. */
  static final class Caller {
    private final NodeId id;
    private volatile boolean greeted;

    private Caller(NodeId id) {
      this.id = id;
    }

    NodeId id() {
      return id;
    }

    /** It has said Hello, and there is a version that both speak. */
    void greeted() {
      greeted = true;
    }

    boolean hasGreeted() {
      return greeted;
    }
  }

  Callers(Clock clock, AcceptedConnections connections) {
    this.clock = clock;
    this.connections = connections;
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
      boolean admitted =
          connections.admit(
              attributes.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR),
              attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
              peer);
      return admitted ? attributes.toBuilder().set(CALLER, new Caller(peer)).build() : attributes;
    } catch (CertificateException | SSLPeerUnverifiedException e) {
      return attributes;
    }
  }

  static Caller of(ServerCall<?, ?> call) {
    Caller caller = call.getAttributes().get(CALLER);
    if (caller == null) {
      throw Failures.failure(NodeError.WRONG_PEER, "The connection has no proven peer.");
    }
    return caller;
  }
}
