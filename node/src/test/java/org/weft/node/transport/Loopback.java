package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.PeerAddress;

/** A serving node and one that dials it, over real sockets. */
final class Loopback implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofSeconds(20);

  final RecordingService service = new RecordingService();
  final NodeKey serverKey = key();
  final NodeKey clientKey = key();
  private TransportConfig config = TransportConfig.loopback();
  private @Nullable GrpcTransport server;
  private @Nullable GrpcTransport client;

  static NodeKey key() {
    return NodeKey.generate(new SecureRandom());
  }

  void start() {
    start(TransportConfig.loopback(), TlsContexts.best(), TlsContexts.best());
  }

  void start(TransportConfig transportConfig) {
    start(transportConfig, TlsContexts.best(), TlsContexts.best());
  }

  void start(TransportConfig transportConfig, SslProvider serving, SslProvider dialling) {
    start(transportConfig, serving, dialling, null);
  }

  /** With calls whose time is up when the test says so. */
  void start(Timers deadlines) {
    start(TransportConfig.loopback(), TlsContexts.best(), TlsContexts.best(), deadlines);
  }

  private void start(
      TransportConfig transportConfig,
      SslProvider serving,
      SslProvider dialling,
      @Nullable Timers deadlines) {
    config = transportConfig;
    Clock clock = Clock.systemUTC();
    server =
        GrpcTransport.listening(
            serverKey, transportConfig, clock, serving, deadlines, service, service);
    client = GrpcTransport.dialling(clientKey, transportConfig, clock, dialling);
  }

  void restart(int port) {
    TransportConfig there = config.listeningAt(config.host(), port);
    server = GrpcTransport.listening(serverKey, there, Clock.systemUTC(), service, service);
  }

  GrpcTransport server() {
    return Objects.requireNonNull(server);
  }

  GrpcTransport client() {
    return Objects.requireNonNull(client);
  }

  PeerAddress address() {
    return new PeerAddress(serverKey.id(), "127.0.0.1", server().port());
  }

  /** A Chain stream that the server has seen. */
  ChainStream openChain(RecordingListener heard) throws InterruptedException {
    ChainStream stream = client().chain(address(), heard.chain());
    assertEquals("chain " + clientKey.id(), service.event());
    return stream;
  }

  /** A port that nobody listens on. */
  static int closedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    if (server != null) {
      server.close();
    }
  }
}
