package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;

class AcceptedConnectionsTest {
  private static final int MAX = 640;
  private static final int OF_ADDRESS = 160;
  private static final int OF_PEER = 20;

  private final AcceptedConnections connections = new AcceptedConnections(MAX);
  private int ports;

  private final class Connection extends EmbeddedChannel {
    private final SocketAddress remote;

    Connection(String host) {
      super(false, false);
      remote = new InetSocketAddress(InetAddress.ofLiteral(host), 1 + ports++);
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return remote;
    }

    @Override
    public SocketAddress remoteAddress() {
      return remote;
    }

    boolean proves(NodeId peer) {
      return connections.admit(localAddress(), remote, peer);
    }
  }

  private int admitted(String host, int tried) throws Exception {
    int admitted = 0;
    for (int i = 0; i < tried; i++) {
      Connection connection = new Connection(host);
      connection.register();
      admitted += connections.admit(connection) ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void shouldLeaveRoomForOthersWhenOneAddressTakesAllItCan() throws Exception {
    assertEquals(OF_ADDRESS, admitted("192.0.2.1", MAX));
    assertEquals(OF_ADDRESS, admitted("192.0.2.2", MAX));
    assertEquals(OF_ADDRESS, admitted("2001:db8::1", MAX));
    assertEquals(0, admitted("2001:db8::2", 1));
    assertEquals(OF_ADDRESS, admitted("2001:db8:0:1::1", MAX));
    assertEquals(0, admitted("192.0.2.3", 1));
  }

  @Test
  void shouldCloseAPeersConnectionsBeyondItsPart() throws Exception {
    NodeId peer = Loopback.key().id();
    List<Connection> open = new ArrayList<>();
    for (int i = 0; i <= OF_PEER; i++) {
      Connection connection = new Connection("192.0.2." + i);
      connection.register();
      assertTrue(connections.admit(connection));
      assertEquals(i < OF_PEER, connection.proves(peer));
      assertEquals(i < OF_PEER, connection.isOpen());
      open.add(connection);
    }
    Connection other = new Connection("192.0.2.99");
    other.register();
    assertTrue(connections.admit(other));
    assertTrue(other.proves(Loopback.key().id()));
    open.getFirst().close();
    Connection again = new Connection("192.0.2.98");
    again.register();
    assertTrue(connections.admit(again));
    assertTrue(again.proves(peer));
  }

  @Test
  void shouldGiveAPlaceBackWhenAConnectionCloses() throws Exception {
    assertEquals(OF_ADDRESS - 1, admitted("192.0.2.1", OF_ADDRESS - 1));
    Connection last = new Connection("192.0.2.1");
    last.register();
    assertTrue(connections.admit(last));
    assertEquals(0, admitted("192.0.2.1", 1));
    last.close();
    assertEquals(1, admitted("192.0.2.1", 2));
    assertFalse(last.proves(Loopback.key().id()));
  }
}
