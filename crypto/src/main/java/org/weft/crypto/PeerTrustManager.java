package org.weft.crypto;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Accepts a peer by the identity in its libp2p certificate, and only the expected one where one is
 * named. Host names and certificate authorities play no part. Any thread.
 */
public final class PeerTrustManager extends X509ExtendedTrustManager {
  private final @Nullable NodeId expected;
  private final Clock clock;

  private PeerTrustManager(@Nullable NodeId expected, Clock clock) {
    this.expected = expected;
    this.clock = clock;
  }

  /** For the accepting side: any peer that proves an identity. */
  public static PeerTrustManager any(Clock clock) {
    return new PeerTrustManager(null, clock);
  }

  /** For the dialling side: this peer and no other. */
  public static PeerTrustManager expecting(NodeId peer, Clock clock) {
    return new PeerTrustManager(peer, clock);
  }

  private void check(X509Certificate @Nullable [] chain) throws CertificateException {
    if (chain == null) {
      throw new CertificateException("The peer sent no certificate.");
    }
    NodeId peer = TlsIdentity.peerOf(chain, clock);
    if (expected != null && !expected.equals(peer)) {
      throw new CertificateException(
          "The peer that answers is " + peer + " and not " + expected + ".");
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
