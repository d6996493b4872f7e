package org.weft.node.transport;

import io.grpc.ManagedChannel;
import java.net.Socket;
import java.time.Duration;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.Probe;

/** Everything that makes gRPC and Netty log, in one process; see GrpcHandshakeTest. */
final class Nuisances {
  public static void main(String[] arguments) throws Exception {
    try (Loopback loopback = new Loopback()) {
      loopback.start(
          new TransportConfig("127.0.0.1", 0, Duration.ofSeconds(2), Duration.ofSeconds(2), 50));
      int port = loopback.server().port();
      ask(loopback, new PeerAddress(Loopback.key().id(), "127.0.0.1", port));
      ask(loopback, new PeerAddress(Loopback.key().id(), "127.0.0.1", Loopback.closedPort()));
      try (RawTls raw = RawTls.dial(port, null)) {
        raw.isCutOff();
      }
      try (RawTls raw = RawTls.dial(port, RawTls.libp2p(Loopback.key()))) {
        raw.greet();
        raw.socket().getOutputStream().write(new byte[100]);
      }
      try (Socket plain = new Socket("127.0.0.1", port)) {
        plain.getOutputStream().write(new byte[] {'G', 'E', 'T', ' ', '/', '\r', '\n'});
        plain.setSoLinger(true, 0);
      }
      ManagedChannel raw = RawPeer.dial(loopback.serverKey.id(), port);
      RawPeer.call(raw, "weft.v1.Sessions/Chain", new byte[Wire.MAX_MESSAGE_BYTES + 1]);
      RawPeer.call(raw, "weft.v1.Sessions/Chain", new byte[] {-1, -1, -1});
      raw.shutdownNow();
      try (TcpProxy proxy = new TcpProxy(port)) {
        PeerAddress peer = new PeerAddress(loopback.serverKey.id(), "127.0.0.1", proxy.port());
        RecordingListener heard = new RecordingListener();
        loopback.client().chain(peer, heard.chain()).send(RecordingService.step(1, 1));
        heard.echo();
        proxy.cut();
        heard.end();
      }
      loopback.server().close();
      ask(loopback, loopback.address());
    }
  }

  private static void ask(Loopback loopback, PeerAddress peer) {
    try {
      loopback.client().ask(peer, Probe.getDefaultInstance(), Duration.ofSeconds(5));
    } catch (NodeException e) {
      System.out.println(e.error() + " " + e.getMessage());
    }
  }

  private Nuisances() {}
}
