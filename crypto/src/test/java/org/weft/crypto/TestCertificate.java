package org.weft.crypto;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Certificates that a hostile or foreign peer might send. */
final class TestCertificate {
  private record Extra(ASN1ObjectIdentifier oid, boolean critical) {}

  private final Instant now;
  private final List<Extra> extras = new ArrayList<>();
  private String keyAlgorithm = "EC";
  private String signatureAlgorithm = "SHA256withECDSA";
  private @Nullable String curve = "secp256r1";
  private @Nullable NodeId claimed;
  private @Nullable NodeKey signer;
  private boolean signedByAnother;

  TestCertificate(Instant now) {
    this.now = now;
  }

  TestCertificate algorithm(String key, String signature, @Nullable String curveName) {
    keyAlgorithm = key;
    signatureAlgorithm = signature;
    curve = curveName;
    return this;
  }

  TestCertificate identity(NodeId id, NodeKey signedBy) {
    claimed = id;
    signer = signedBy;
    return this;
  }

  TestCertificate extension(ASN1ObjectIdentifier oid, boolean critical) {
    extras.add(new Extra(oid, critical));
    return this;
  }

  TestCertificate signedByAnother() {
    signedByAnother = true;
    return this;
  }

  X509Certificate build() throws Exception {
    KeyPair pair = pair();
    X500Name name = new X500Name("CN=test");
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            Date.from(now.minus(Duration.ofDays(1))),
            Date.from(now.plus(Duration.ofDays(1))),
            name,
            pair.getPublic());
    if (claimed != null && signer != null) {
      byte[] signature = signer.sign(Libp2pExtension.message(pair.getPublic().getEncoded()));
      builder.addExtension(
          Libp2pExtension.OID,
          false,
          ASN1Primitive.fromByteArray(Libp2pExtension.encode(claimed, signature)));
    }
    for (Extra extra : extras) {
      builder.addExtension(extra.oid(), extra.critical(), DERNull.INSTANCE);
    }
    KeyPair signing = signedByAnother ? pair() : pair;
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder(signatureAlgorithm).build(signing.getPrivate())));
  }

  private KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(keyAlgorithm);
    if (curve != null) {
      generator.initialize(new ECGenParameterSpec(curve));
    }
    return generator.generateKeyPair();
  }
}
