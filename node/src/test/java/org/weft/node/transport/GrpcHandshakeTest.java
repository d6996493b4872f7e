package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.node.transport.Loopback.DEADLINE;

import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.node.ticket.PeerAddress;

class GrpcHandshakeTest {
  private static final int SERVER_NAME = 0;
  private static final int PRE_SHARED_KEY = 41;

  private final Loopback loopback = new Loopback();

  @AfterEach
  void close() {
    loopback.close();
  }

  /** A client that would gladly resume has to look at the server's certificate again. */
  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL"})
  void shouldNotResumeSessionsOfAClientThatOffersTo(SslProvider provider) throws Exception {
    loopback.start(TransportConfig.loopback(), provider, provider);
    AtomicInteger looks = new AtomicInteger();
    SSLContext context = RawTls.context(RawTls.libp2p(Loopback.key()), looks);
    for (int i = 1; i <= 3; i++) {
      try (RawTls raw = RawTls.dialWith(loopback.server().port(), context)) {
        raw.greet();
        assertEquals(i, looks.get());
      }
    }
  }

  /** By libp2p's specification, and because a name in the clear tells who dials whom. */
  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"JDK", "OPENSSL"})
  void shouldSendNeitherServerNameNorTicket(SslProvider provider) throws Exception {
    loopback.start(TransportConfig.loopback(), provider, provider);
    try (TcpProxy proxy = new TcpProxy(loopback.server().port())) {
      PeerAddress peer = new PeerAddress(loopback.serverKey.id(), "localhost", proxy.port());
      for (int i = 0; i < 2; i++) {
        loopback.client().ping(peer, DEADLINE);
        Set<Integer> extensions =
            extensions(Objects.requireNonNull(proxy.greetings.poll(20, TimeUnit.SECONDS)));
        assertTrue(extensions.contains(43), "no supported_versions in " + extensions);
        assertFalse(extensions.contains(SERVER_NAME), extensions.toString());
        assertFalse(extensions.contains(PRE_SHARED_KEY), extensions.toString());
        RecordingListener heard = new RecordingListener();
        loopback.client().chain(peer, heard.chain());
        proxy.cut();
        heard.end();
      }
    }
  }

  /** Of a ClientHello: RFC 8446 §4.1.2. */
  private static Set<Integer> extensions(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record).position(5 + 4 + 2 + 32);
    in.position(in.position() + 1 + in.get(in.position()));
    in.position(in.position() + 2 + in.getShort(in.position()));
    in.position(in.position() + 1 + in.get(in.position()));
    int end = in.getShort() + in.position();
    Set<Integer> types = new HashSet<>();
    while (in.position() < Math.min(end, in.limit() - 3)) {
      types.add((int) in.getShort());
      int length = in.getShort();
      in.position(Math.min(in.limit(), in.position() + length));
    }
    return types;
  }

  /** All the hostile peers again, in a process whose stderr can be read. */
  @Test
  void shouldWriteNothingToStderrWhateverPeersDo() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Nuisances.class.getName())
            .redirectError(ProcessBuilder.Redirect.PIPE)
            .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null")))
            .start();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    process.getErrorStream().transferTo(errors);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals("", errors.toString(StandardCharsets.UTF_8));
    assertEquals(0, process.exitValue());
  }
}
