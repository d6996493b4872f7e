package org.weft.crypto;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;

/** The checks of libp2p's TLS specification on the one certificate of a peer. */
final class PeerCertificate {
  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";

  /** A SubjectPublicKeyInfo of id-ecPublicKey on prime256v1, up to its uncompressed point. */
  private static final byte[] P256 =
      HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

  private static final int P256_BYTES = 91;

  static NodeId verify(X509Certificate certificate, Clock clock) throws CertificateException {
    verifyTimes(certificate, clock);
    byte[] key = certificate.getPublicKey().getEncoded();
    verifyShape(certificate, key);
    try {
      certificate.verify(certificate.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new CertificateException("The peer's certificate is not signed by its own key.", e);
    }
    Libp2pExtension.SignedKey signed = signedKey(certificate);
    if (!signed.id().verify(Libp2pExtension.message(key), signed.signature())) {
      throw new CertificateException(
          "The peer's certificate claims to be " + signed.id() + " without that node's signature.");
    }
    return signed.id();
  }

  private static void verifyTimes(X509Certificate certificate, Clock clock)
      throws CertificateException {
    try {
      certificate.checkValidity(Date.from(clock.instant()));
    } catch (CertificateExpiredException e) {
      throw new CertificateException(
          "The peer's certificate has expired; check the clocks of both machines.", e);
    } catch (CertificateNotYetValidException e) {
      throw new CertificateException(
          "The peer's certificate is not valid yet; check the clocks of both machines.", e);
    }
  }

  private static void verifyShape(X509Certificate certificate, byte[] key)
      throws CertificateException {
    if (certificate.getVersion() != 3
        || certificate.getIssuerUniqueID() != null
        || certificate.getSubjectUniqueID() != null) {
      throw new CertificateException("The peer's certificate has a form that libp2p TLS forbids.");
    }
    if (key.length != P256_BYTES
        || !Arrays.equals(key, 0, P256.length, P256, 0, P256.length)
        || !certificate.getSigAlgOID().equals(ECDSA_WITH_SHA256)) {
      throw new CertificateException(
          "The peer's certificate is not a P-256 certificate signed with ECDSA and SHA-256.");
    }
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    if (critical != null) {
      for (String oid : critical) {
        if (!oid.equals(Libp2pExtension.OID.getId())) {
          throw new CertificateException(
              "The peer's certificate has the unknown critical extension " + oid + ".");
        }
      }
    }
  }

  private static Libp2pExtension.SignedKey signedKey(X509Certificate certificate)
      throws CertificateException {
    byte[] wrapped = certificate.getExtensionValue(Libp2pExtension.OID.getId());
    if (wrapped == null) {
      throw new CertificateException(
          "The peer's certificate carries no node identity (libp2p extension).");
    }
    Libp2pExtension.SignedKey signed;
    try {
      signed = Libp2pExtension.decode(ASN1OctetString.getInstance(wrapped).getOctets());
    } catch (IllegalArgumentException e) {
      throw new CertificateException("The peer's node identity is malformed.", e);
    }
    if (signed == null) {
      throw new CertificateException(
          "The peer's node identity is malformed or not an Ed25519 key, the only kind accepted.");
    }
    return signed;
  }

  private PeerCertificate() {}
}
