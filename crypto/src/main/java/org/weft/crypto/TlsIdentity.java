package org.weft.crypto;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An ephemeral P-256 certificate that carries the node key's signature, by the libp2p TLS scheme
 * (github.com/libp2p/specs, tls/tls.md). Made anew at every start and never written to disk: the
 * node key itself takes no part in a handshake. Immutable; any thread.
 */
public final class TlsIdentity {
  /** Peers' clocks may be behind ours by as much. */
  private static final Duration BEFORE = Duration.ofHours(1);

  /** Longer than any process lives; a leaked ephemeral key ends with its process. */
  private static final Duration AFTER = Duration.ofDays(3650);

  private final X509Certificate certificate;
  private final PrivateKey privateKey;

  private TlsIdentity(X509Certificate certificate, PrivateKey privateKey) {
    this.certificate = certificate;
    this.privateKey = privateKey;
  }

  /** A fresh certificate that speaks for {@code key}, valid at the clock's time. */
  public static TlsIdentity create(NodeKey key, Clock clock) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      byte[] signed =
          Libp2pExtension.encode(
              key.id(), key.sign(Libp2pExtension.message(pair.getPublic().getEncoded())));
      return new TlsIdentity(certificate(pair, signed, clock.instant()), pair.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new CryptoException(
          CryptoError.RUNTIME,
          "This Java runtime cannot make a P-256 certificate: " + e.getMessage() + ".",
          e);
    }
  }

  private static X509Certificate certificate(KeyPair pair, byte[] signedKey, Instant now)
      throws OperatorCreationException, CertificateException, IOException {
    X500Name name = new X500Name("O=weft");
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(63, new SecureRandom()).add(BigInteger.ONE),
            Date.from(now.minus(BEFORE)),
            Date.from(now.plus(AFTER)),
            name,
            pair.getPublic());
    builder.addExtension(Libp2pExtension.OID, true, ASN1Primitive.fromByteArray(signedKey));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** The certificate's key, not the node's. */
  public PrivateKey privateKey() {
    return privateKey;
  }

  /** Shows this certificate to every peer, on both sides of a handshake. */
  public X509ExtendedKeyManager keyManager() {
    return new IdentityKeyManager(certificate, privateKey);
  }

  /**
   * The peer that a certificate chain speaks for, after every check of the scheme: one certificate,
   * P-256, self-signed with ECDSA and SHA-256, valid at the clock's time, no critical extension but
   * libp2p's, and an Ed25519 identity key whose signature covers the certificate's key.
   *
   * @throws CertificateException one sentence: which of these does not hold
   */
  public static NodeId peerOf(java.security.cert.Certificate[] chain, Clock clock)
      throws CertificateException {
    if (chain.length != 1) {
      throw new CertificateException(
          "The peer sent " + chain.length + " certificates where libp2p TLS allows exactly one.");
    }
    if (!(chain[0] instanceof X509Certificate certificate)) {
      throw new CertificateException("The peer's certificate is not an X.509 certificate.");
    }
    return PeerCertificate.verify(certificate, clock);
  }
}
