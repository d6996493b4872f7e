package org.weft.node.transport;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.time.Clock;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
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
        SslContextBuilder.forServer(identity.privateKey(), identity.certificate())
            .trustManager(PeerTrustManager.any(clock))
            .clientAuth(ClientAuth.REQUIRE);
    SslContext context = build(builder);
    forgetSessions(context.sessionContext());
    return context;
  }

  /** Accepts this peer only. Made anew for each dial, so that there is no session to resume. */
  SslContext client(NodeId peer) {
    return client(PeerTrustManager.expecting(peer, clock));
  }

  private SslContext client(X509TrustManager trust) {
    return build(
        SslContextBuilder.forClient()
            .trustManager(trust)
            .keyManager(identity.privateKey(), identity.certificate()));
  }

  private SslContext build(SslContextBuilder builder) {
    try {
      return GrpcSslContexts.configure(builder.protocols(TLS), provider).build();
    } catch (SSLException e) {
      throw new NodeException(
          NodeError.INTERNAL, "TLS cannot be set up on this machine: " + e.getMessage() + ".");
    }
  }

  private static void forgetSessions(SSLSessionContext sessions) {
    if (sessions instanceof OpenSslSessionContext openSsl) {
      openSsl.setSessionCacheEnabled(false);
    } else {
      // The JDK has no switch for one context. What it can be told is to remember one session for
      // one second; and the identity is read from the session's certificate in any case.
      sessions.setSessionCacheSize(1);
      sessions.setSessionTimeout(1);
    }
  }
}
