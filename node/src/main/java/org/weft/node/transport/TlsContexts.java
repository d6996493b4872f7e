package org.weft.node.transport;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import java.time.Clock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import org.weft.crypto.NodeId;
import org.weft.crypto.PeerTrustManager;
import org.weft.crypto.TlsIdentity;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * Mutual TLS 1.3 by the libp2p scheme, over BoringSSL where its native library loads, else over the
 * JDK. No session is ever resumed: a resumed handshake skips the certificate, and so the identity.
 */
final class TlsContexts {
  static {
    QuietLogs.install(); // here, for this is where a node first touches Netty
  }

  private static final String TLS = "TLSv1.3";

  private final TlsIdentity identity;
  private final Clock clock;
  private final SslProvider provider;

  TlsContexts(TlsIdentity identity, Clock clock, SslProvider provider) {
    this.identity = identity;
    this.clock = clock;
    this.provider = provider;
  }

  static SslProvider best() {
    return OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL)
        ? SslProvider.OPENSSL
        : SslProvider.JDK;
  }

  /** Accepts any peer that proves an identity. */
  SslContext server() {
    SslContextBuilder builder =
        SslContextBuilder.forServer(identity.keyManager())
            .trustManager(PeerTrustManager.any(clock))
            .clientAuth(ClientAuth.REQUIRE);
    SslContext context = build(builder);
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
      return new WithoutTickets(context);
    }
    // The JDK has no switch for one context: it can be told to remember one session for one second.
    // The identity is in any case read, and checked, from the certificate of each connection.
    context.sessionContext().setSessionCacheSize(1);
    context.sessionContext().setSessionTimeout(1);
    return context;
  }

  /** Accepts this peer only. Made anew for each dial, so that there is no session to resume. */
  SslContext client(NodeId peer) {
    return client(PeerTrustManager.expecting(peer, clock));
  }

  private SslContext client(X509TrustManager trust) {
    return build(
        SslContextBuilder.forClient().trustManager(trust).keyManager(identity.keyManager()));
  }

  private SslContext build(SslContextBuilder builder) {
    try {
      return GrpcSslContexts.configure(builder.protocols(TLS), provider).build();
    } catch (SSLException e) {
      throw new NodeException(
          NodeError.INTERNAL, "TLS cannot be set up on this machine: " + e.getMessage() + ".");
    }
  }

  /**
   * Netty turns tickets on again for TLS 1.3 in each engine, and BoringSSL resumes by nothing else.
   */
  private static final class WithoutTickets extends DelegatingSslContext {
    WithoutTickets(SslContext context) {
      super(context);
    }

    @Override
    protected void initEngine(SSLEngine engine) {
      if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
        SSL.setOptions(openSsl.sslPointer(), SSL.SSL_OP_NO_TICKET);
      }
    }
  }
}
