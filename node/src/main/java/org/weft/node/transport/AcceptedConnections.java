package org.weft.node.transport;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.AddressRange;

/**
 * The connections that a listening socket has accepted: so many in all, of one address, and of one
 * peer, so that no machine can take them all. Nodes that share a machine, or an address behind a
 * router, share its part. Thread-safe.
 */
final class AcceptedConnections {
  /** Below this many a limit would hit honest peers. */
  private static final int LEAST = 16;

  private static final int ADDRESS_PART = 4;
  private static final int PEER_PART = 32;

  /** An IPv6 host has a /64 to itself. */
  private static final int IPV6_HOST_BITS = 64;

  private static final int IPV4_HOST_BITS = 32;

  private record Ends(@Nullable SocketAddress local, @Nullable SocketAddress remote) {}

  private final int max;
  private final int perAddress;
  private final int perPeer;
  private final Map<Ends, Channel> channels = new HashMap<>();
  private final Map<AddressRange, Integer> addresses = new HashMap<>();
  private final Map<NodeId, Integer> peers = new HashMap<>();

  AcceptedConnections(int max) {
    this.max = max;
    perAddress = Math.max(LEAST, max / ADDRESS_PART);
    perPeer = Math.max(LEAST, max / PEER_PART);
  }

  /** Takes a connection in, before it has cost a handshake; false where it is one too many. */
  boolean admit(Channel connection) {
    if (!(connection.remoteAddress() instanceof InetSocketAddress remote)) {
      return false; // gone already
    }
    Ends ends = new Ends(connection.localAddress(), remote);
    AddressRange address = AddressRange.of(remote.getAddress(), IPV4_HOST_BITS, IPV6_HOST_BITS);
    synchronized (this) {
      if (channels.size() >= max || addresses.getOrDefault(address, 0) >= perAddress) {
        return false;
      }
      channels.put(ends, connection);
      addresses.merge(address, 1, Integer::sum);
    }
    connection.closeFuture().addListener(closed -> left(ends, address));
    return true;
  }

  /** Counts a connection for the peer that it has proven to be, or closes it: one too many. */
  boolean admit(@Nullable SocketAddress local, @Nullable SocketAddress remote, NodeId peer) {
    Channel connection;
    boolean admitted;
    synchronized (this) {
      connection = channels.get(new Ends(local, remote));
      admitted = connection != null && peers.getOrDefault(peer, 0) < perPeer;
      if (admitted) {
        peers.merge(peer, 1, Integer::sum);
      }
    }
    if (connection != null) {
      if (admitted) {
        connection.closeFuture().addListener(closed -> left(peer));
      } else {
        connection.close();
      }
    }
    return admitted;
  }

  private synchronized void left(Ends ends, AddressRange address) {
    channels.remove(ends);
    addresses.computeIfPresent(address, (range, count) -> count == 1 ? null : count - 1);
  }

  private synchronized void left(NodeId peer) {
    peers.computeIfPresent(peer, (id, count) -> count == 1 ? null : count - 1);
  }
}
