package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.node.transport.Loopback.DEADLINE;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.HelloReply;
import org.weft.protocol.v1.HelloRequest;
import org.weft.protocol.v1.Probe;

class GrpcHostilePeerTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  private final Loopback loopback = new Loopback();
  private final RecordingListener heard = new RecordingListener();

  @AfterEach
  void close() {
    loopback.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"JDK", "OPENSSL"})
  void shouldRefuseWhenAnotherNodeAnswers(SslProvider provider) throws Exception {
    loopback.start(TransportConfig.loopback(), provider, provider);
    NodeId expected = Loopback.key().id();
    PeerAddress wrong = new PeerAddress(expected, "127.0.0.1", loopback.server().port());
    String sentence = assertFails(NodeError.WRONG_PEER, wrong);
    assertTrue(sentence.contains(expected.toString()), sentence);
    assertTrue(sentence.contains(loopback.server().self().toString()), sentence);
    loopback.client().chain(wrong, heard.chain());
    assertEquals(NodeError.WRONG_PEER, heard.end().failure().error());
    assertEquals(0, loopback.service.events.size());
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"JDK", "OPENSSL"})
  void shouldRefuseAClientWithoutCertificate(SslProvider provider) throws Exception {
    loopback.start(TransportConfig.loopback(), provider, provider);
    try (RawTls raw = RawTls.dial(loopback.server().port(), null)) {
      assertTrue(raw.isCutOff());
    }
    assertServesOthers();
  }

  @Test
  void shouldRefuseAClientWithABareEd25519Certificate() throws Exception {
    loopback.start();
    try (RawTls raw = RawTls.dial(loopback.server().port(), RawTls.bareEd25519())) {
      assertTrue(raw.isCutOff());
    }
    assertServesOthers();
  }

  @Test
  void shouldCloseWhenPlainTextComesToTheTlsPort() throws Exception {
    loopback.start();
    try (Socket socket = new Socket("127.0.0.1", loopback.server().port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertFalse(answer.contains("HTTP"));
    } catch (IOException e) {
      assertTrue(e.getMessage() != null && e.getMessage().contains("reset"), e.toString());
    }
    assertServesOthers();
  }

  @Test
  void shouldSayThatThePeerDoesNotSpeakTls() throws Exception {
    loopback.start();
    try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = plain.accept()) {
              socket
                  .getOutputStream()
                  .write(
                      "220 mail.example.org ESMTP\r\n"
                          .repeat(3)
                          .getBytes(StandardCharsets.US_ASCII));
              socket.getInputStream().readAllBytes();
            } catch (IOException e) {
              return; // the dialler hung up
            }
          });
      PeerAddress peer = new PeerAddress(Loopback.key().id(), "127.0.0.1", plain.getLocalPort());
      assertTrue(assertFails(NodeError.PROTOCOL, peer).contains("TLS"));
    }
  }

  @Test
  void shouldSayWhereWhenTheConnectionIsRefused() throws Exception {
    loopback.start();
    int port = Loopback.closedPort();
    PeerAddress nobody = new PeerAddress(Loopback.key().id(), "127.0.0.1", port);
    String sentence = assertFails(NodeError.UNREACHABLE, nobody);
    assertTrue(sentence.contains("127.0.0.1:" + port) && sentence.contains("refused"), sentence);
    PeerAddress homeless = new PeerAddress(Loopback.key().id(), List.of());
    assertFails(NodeError.UNREACHABLE, homeless);
  }

  @Test
  void shouldGiveUpWhenThePeerIsABlackHole() throws Exception {
    loopback.start(new TransportConfig("127.0.0.1", 0, SHORT, DEADLINE, 10));
    try (TcpProxy hole = new TcpProxy(0)) {
      PeerAddress peer = new PeerAddress(Loopback.key().id(), "127.0.0.1", hole.port());
      assertTrue(assertFails(NodeError.UNREACHABLE, peer).contains("no answer"));
      loopback.client().chain(peer, heard.chain()).send(RecordingService.step(1, 1));
      assertEquals(NodeError.UNREACHABLE, heard.end().failure().error());
    }
  }

  @Test
  void shouldEndBothSidesWhenTheWireIsCut() throws Exception {
    loopback.start();
    try (TcpProxy proxy = new TcpProxy(loopback.server().port())) {
      PeerAddress peer = new PeerAddress(loopback.serverKey.id(), "127.0.0.1", proxy.port());
      loopback.client().chain(peer, heard.chain()).send(RecordingService.step(1, 1));
      assertEquals(1, heard.echo());
      proxy.cut();
      assertEquals(NodeError.UNREACHABLE, heard.end().failure().error());
      assertFalse(heard.end().failure().permanent());
      assertEquals("chain " + loopback.clientKey.id(), loopback.service.event());
      assertEquals("step 1", loopback.service.event());
      assertEquals("ended", loopback.service.event());
      assertTrue(loopback.client().ping(peer, DEADLINE).isPositive());
    }
  }

  @Test
  void shouldRefuseFramesThatAreTooLarge() throws Exception {
    loopback.start();
    ManagedChannel raw = RawPeer.dial(loopback.serverKey.id(), loopback.server().port());
    byte[] large = new byte[Wire.MAX_MESSAGE_BYTES + 1];
    for (String method : new String[] {"Sessions/Chain", "Sessions/Ask", "Directory/Exchange"}) {
      Status status = RawPeer.call(raw, "weft.v1." + method, large);
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), method + ": " + status);
    }
    raw.shutdownNow();
    ChainStream stream = loopback.client().chain(loopback.address(), heard.chain());
    stream.send(RecordingService.step(1, Wire.MAX_MESSAGE_BYTES));
    assertEquals(NodeError.PROTOCOL, heard.end().failure().error());
    assertServesOthers();
  }

  @Test
  void shouldRefuseFramesThatAreMalformed() throws Exception {
    loopback.start();
    ManagedChannel raw = RawPeer.dial(loopback.serverKey.id(), loopback.server().port());
    byte[] garbage = {(byte) 0xff, (byte) 0xff, 7, 7, 7};
    for (String method : new String[] {"Sessions/Chain", "Sessions/Ask", "Directory/Exchange"}) {
      Status status = RawPeer.call(raw, "weft.v1." + method, garbage);
      assertFalse(status.isOk(), method);
    }
    assertEquals(
        Status.Code.UNIMPLEMENTED, RawPeer.call(raw, "weft.v1.No/Such", garbage).getCode());
    raw.shutdownNow();
    assertServesOthers();
  }

  @Test
  void shouldRefuseWhatAHostileServerSends() throws Exception {
    loopback.start();
    byte[] hello = HelloReply.newBuilder().setVersion(Wire.VERSION).build().toByteArray();
    for (byte[] answer : new byte[][] {new byte[Wire.MAX_MESSAGE_BYTES + 1], {-1, -1, 7}}) {
      NodeKey key =
          Loopback.key(); // a connection to the one before may not be known to be lost yet
      Server server = RawPeer.serve(key, hello, answer);
      PeerAddress peer = new PeerAddress(key.id(), "127.0.0.1", server.getPort());
      assertFails(NodeError.PROTOCOL, peer);
      RecordingListener listener = new RecordingListener();
      loopback.client().chain(peer, listener.chain());
      assertEquals(NodeError.PROTOCOL, listener.end().failure().error());
      server.shutdownNow();
      server.awaitTermination();
    }
  }

  @Test
  void shouldRefuseWhenThereIsNoCommonVersion() throws Exception {
    loopback.start();
    ManagedChannel raw = RawPeer.dialSilently(loopback.serverKey.id(), loopback.server().port());
    byte[] future =
        HelloRequest.newBuilder()
            .setMinVersion(Wire.VERSION + 1)
            .setMaxVersion(Wire.VERSION + 2)
            .build()
            .toByteArray();
    Status status = RawPeer.call(raw, "weft.v1.Directory/Hello", future);
    assertTrue(String.valueOf(status.getDescription()).contains("speaks versions"));
    raw.shutdownNow();
    for (int version : new int[] {0, Wire.VERSION + 1, -1}) {
      NodeKey key = Loopback.key();
      byte[] hello = HelloReply.newBuilder().setVersion(version).build().toByteArray();
      Server server = RawPeer.serve(key, hello, new byte[0]);
      assertFails(NodeError.INCOMPATIBLE, new PeerAddress(key.id(), "127.0.0.1", server.getPort()));
      server.shutdownNow();
      server.awaitTermination();
    }
  }

  @Test
  void shouldCloseConnectionsAboveItsNumber() throws Exception {
    loopback.start(new TransportConfig("127.0.0.1", 0, DEADLINE, DEADLINE, 1));
    assertServesOthers();
    try (Socket second = new Socket("127.0.0.1", loopback.server().port())) {
      second.setSoTimeout(20_000);
      assertTrue(endOf(second));
    }
    assertServesOthers();
  }

  private static boolean endOf(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  private void assertServesOthers() {
    assertTrue(
        loopback.client().ask(loopback.address(), Probe.getDefaultInstance(), DEADLINE).getKnown());
  }

  private String assertFails(NodeError error, PeerAddress peer) {
    NodeException e =
        assertThrows(
            NodeException.class,
            () -> loopback.client().ask(peer, Probe.getDefaultInstance(), DEADLINE));
    String sentence = String.valueOf(e.getMessage());
    assertEquals(error, e.error(), sentence);
    assertFalse(sentence.contains("Exception") || sentence.contains("\n"), sentence);
    assertTrue(sentence.endsWith("."), sentence);
    return sentence;
  }
}
