package org.weft.node.transport;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeKey;
import org.weft.crypto.TlsIdentity;

/** A TLS client of the JDK's own, which shows any certificate or none, and trusts everybody. */
final class RawTls implements AutoCloseable {
  private static final char[] PASSWORD = "x".toCharArray();

  private final SSLSocket socket;

  private RawTls(SSLSocket socket) {
    this.socket = socket;
  }

  static RawTls dial(int port, @Nullable KeyStore identity) throws Exception {
    return dialWith(port, context(identity, new AtomicInteger()));
  }

  static RawTls dialWith(int port, SSLContext context) throws Exception {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    return new RawTls(socket);
  }

  static SSLContext context(@Nullable KeyStore identity, AtomicInteger serversTrusted)
      throws GeneralSecurityException {
    KeyManager[] keys = null;
    if (identity != null) {
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(identity, PASSWORD);
      keys = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys, new TrustManager[] {new TrustAll(serversTrusted)}, null);
    return context;
  }

  static KeyStore libp2p(NodeKey key) throws GeneralSecurityException, IOException {
    TlsIdentity identity = TlsIdentity.create(key, Clock.systemUTC());
    return store(identity.privateKey(), identity.certificate());
  }

  /** Made with the JDK's own tool classes: a self-signed certificate whose key is Ed25519. */
  static KeyStore bareEd25519() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var name = new X500Name("CN=bare");
    long now = System.currentTimeMillis();
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            new Date(now - 3_600_000),
            new Date(now + 3_600_000),
            name,
            pair.getPublic());
    var signer = new JcaContentSignerBuilder("Ed25519").build(pair.getPrivate());
    X509Certificate certificate =
        new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    return store(pair.getPrivate(), certificate);
  }

  private static KeyStore store(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("me", key, PASSWORD, new Certificate[] {certificate});
    return store;
  }

  /** Whether the server ends the connection before it says anything in HTTP/2. */
  boolean isCutOff() {
    try {
      socket.startHandshake();
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  /** Handshakes, and reads the server's first bytes, before which it would send a ticket. */
  void greet() throws IOException {
    socket.startHandshake();
    socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes("US-ASCII"));
    socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
    socket.getOutputStream().flush();
    if (socket.getInputStream().read() < 0) {
      throw new IOException("cut off");
    }
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static final class TrustAll extends X509ExtendedTrustManager {
    private final AtomicInteger serversTrusted;

    TrustAll(AtomicInteger serversTrusted) {
      this.serversTrusted = serversTrusted;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      serversTrusted.incrementAndGet();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
      serversTrusted.incrementAndGet();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
      serversTrusted.incrementAndGet();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
