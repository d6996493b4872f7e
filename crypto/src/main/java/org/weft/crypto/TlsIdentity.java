package org.weft.crypto;

import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;

/**
 * An ephemeral P-256 certificate that carries the node key's signature, by the libp2p TLS scheme.
 */
public final class TlsIdentity {
  public static TlsIdentity create(NodeKey key, Clock clock) {
    throw new UnsupportedOperationException("skeleton");
  }

  public X509Certificate certificate() {
    throw new UnsupportedOperationException("skeleton");
  }

  public PrivateKey privateKey() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** The peer that a verified certificate chain speaks for. */
  public static NodeId peerOf(java.security.cert.Certificate[] chain, Clock clock)
      throws CertificateException {
    throw new UnsupportedOperationException("skeleton");
  }

  private TlsIdentity() {}
}
