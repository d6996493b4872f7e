package org.weft.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.junit.jupiter.api.Test;

class TlsIdentityTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final NodeKey KEY = NodeKey.ofSeed(new byte[32]);

  @Test
  void shouldYieldTheNodeThatMadeTheCertificate() throws Exception {
    TlsIdentity identity = TlsIdentity.create(KEY, CLOCK);
    assertEquals(KEY.id(), peerOf(identity.certificate()));
    assertEquals("EC", identity.privateKey().getAlgorithm());
  }

  @Test
  void shouldShowTheCertificateToWhoeverAsksForItsKind() {
    TlsIdentity identity = TlsIdentity.create(KEY, CLOCK);
    X509ExtendedKeyManager keys = identity.keyManager();
    String alias = keys.chooseEngineServerAlias("EC", null, null);
    assertEquals(alias, keys.chooseEngineClientAlias(new String[] {"RSA", "EC"}, null, null));
    assertArrayEquals(
        new X509Certificate[] {identity.certificate()}, keys.getCertificateChain(alias));
    assertEquals(identity.privateKey(), keys.getPrivateKey(alias));
    assertNull(keys.chooseEngineServerAlias("RSA", null, null));
    assertNull(keys.chooseEngineClientAlias(new String[] {"RSA"}, null, null));
    assertNull(keys.getPrivateKey("another"));
  }

  @Test
  void shouldMakeAnotherCertificateEachTime() {
    assertNotEquals(
        TlsIdentity.create(KEY, CLOCK).certificate(), TlsIdentity.create(KEY, CLOCK).certificate());
  }

  @Test
  void shouldAcceptThePublishedEd25519Certificate() throws Exception {
    assertEquals(
        NodeId.parse("12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv"),
        peerOf(vector("ed25519")));
  }

  @Test
  void shouldRefuseThePublishedCertificatesOfOtherKeyTypes() throws Exception {
    assertRefused("Ed25519", vector("ecdsa"));
    assertRefused("Ed25519", vector("secp256k1"));
  }

  @Test
  void shouldRefuseThePublishedInvalidCertificate() throws Exception {
    assertRefused("", vector("invalid"));
  }

  @Test
  void shouldRefuseWhenAnyByteIsAltered() throws Exception {
    for (X509Certificate good :
        new X509Certificate[] {TlsIdentity.create(KEY, CLOCK).certificate(), vector("ed25519")}) {
      byte[] der = good.getEncoded();
      for (int i = 0; i < der.length; i++) {
        byte[] altered = der.clone();
        altered[i] ^= (byte) (1 << i % 8);
        int at = i;
        assertThrows(CertificateException.class, () -> peerOf(parse(altered)), "byte " + at);
      }
    }
  }

  @Test
  void shouldRefuseWhenIdentityDidNotSignTheCertificatesKey() throws Exception {
    NodeKey liar =
        NodeKey.ofSeed(
            new byte[] {
              1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
              0, 0, 0
            });
    assertRefused("signature", new TestCertificate(NOW).identity(KEY.id(), liar).build());
  }

  @Test
  void shouldRefuseWhenIdentityIsMissing() throws Exception {
    assertRefused("no node identity", new TestCertificate(NOW).build());
  }

  @Test
  void shouldRefuseWhenCertificateIsABareEd25519One() throws Exception {
    assertRefused("P-256", new TestCertificate(NOW).algorithm("Ed25519", "Ed25519", null).build());
  }

  @Test
  void shouldRefuseWhenCertificateHasAnotherCurveOrHash() throws Exception {
    assertRefused(
        "P-256",
        new TestCertificate(NOW)
            .algorithm("EC", "SHA256withECDSA", "secp384r1")
            .identity(KEY.id(), KEY)
            .build());
    assertRefused(
        "SHA-256",
        new TestCertificate(NOW)
            .algorithm("EC", "SHA384withECDSA", "secp256r1")
            .identity(KEY.id(), KEY)
            .build());
  }

  @Test
  void shouldRefuseWhenCertificateIsSignedByAnotherKey() throws Exception {
    assertRefused(
        "own key", new TestCertificate(NOW).identity(KEY.id(), KEY).signedByAnother().build());
  }

  @Test
  void shouldRefuseOnlyUnknownExtensionsThatAreCritical() throws Exception {
    ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.7");
    assertEquals(
        KEY.id(),
        peerOf(new TestCertificate(NOW).identity(KEY.id(), KEY).extension(unknown, false).build()));
    assertRefused(
        "1.3.6.1.4.1.99999.7",
        new TestCertificate(NOW).identity(KEY.id(), KEY).extension(unknown, true).build());
  }

  @Test
  void shouldRefuseWhenOutsideItsTimes() throws Exception {
    X509Certificate certificate = TlsIdentity.create(KEY, CLOCK).certificate();
    Clock early = Clock.offset(CLOCK, Duration.ofHours(-2));
    Clock late = Clock.offset(CLOCK, Duration.ofDays(4000));
    assertTrue(refusal(new Certificate[] {certificate}, early).contains("not valid yet"));
    assertTrue(refusal(new Certificate[] {certificate}, late).contains("expired"));
    Clock slow = Clock.offset(CLOCK, Duration.ofMinutes(-59));
    assertEquals(KEY.id(), TlsIdentity.peerOf(new Certificate[] {certificate}, slow));
  }

  @Test
  void shouldRefuseAnyNumberOfCertificatesButOne() {
    X509Certificate certificate = TlsIdentity.create(KEY, CLOCK).certificate();
    assertTrue(refusal(new Certificate[0], CLOCK).contains("0 certificates"));
    assertTrue(
        refusal(new Certificate[] {certificate, certificate}, CLOCK).contains("2 certificates"));
  }

  @Test
  void shouldTrustOnlyTheExpectedPeer() throws Exception {
    X509Certificate[] chain = {TlsIdentity.create(KEY, CLOCK).certificate()};
    NodeId other = NodeId.parse("12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv");
    PeerTrustManager.expecting(KEY.id(), CLOCK).checkServerTrusted(chain, "UNKNOWN");
    PeerTrustManager.any(CLOCK).checkClientTrusted(chain, "UNKNOWN");
    CertificateException e =
        assertThrows(
            CertificateException.class,
            () -> PeerTrustManager.expecting(other, CLOCK).checkServerTrusted(chain, "UNKNOWN"));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(other.toString()), message);
    assertTrue(message.contains(KEY.id().toString()), message);
    assertThrows(
        CertificateException.class,
        () -> PeerTrustManager.any(CLOCK).checkClientTrusted(new X509Certificate[0], "UNKNOWN"));
  }

  private static NodeId peerOf(X509Certificate certificate) throws CertificateException {
    return TlsIdentity.peerOf(new Certificate[] {certificate}, CLOCK);
  }

  private static void assertRefused(String reason, X509Certificate certificate) {
    String message = refusal(new Certificate[] {certificate}, CLOCK);
    assertTrue(message.contains(reason), message);
    assertFalse(message.contains("\n"), message);
  }

  private static String refusal(Certificate[] chain, Clock clock) {
    return String.valueOf(
        assertThrows(CertificateException.class, () -> TlsIdentity.peerOf(chain, clock))
            .getMessage());
  }

  private static X509Certificate parse(byte[] der) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private static X509Certificate vector(String name) throws CertificateException {
    try (var in = TlsIdentityTest.class.getResourceAsStream("libp2p-tls-vectors.txt")) {
      String line =
          new String(in.readAllBytes(), StandardCharsets.US_ASCII)
              .lines()
              .filter(text -> text.startsWith(name + " "))
              .findFirst()
              .orElseThrow();
      return parse(HexFormat.of().parseHex(line.substring(name.length() + 1)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
