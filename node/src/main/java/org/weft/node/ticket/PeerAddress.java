package org.weft.node.ticket;

import java.util.List;
import org.weft.crypto.NodeId;

/** Who and where: written NODEID@host:port. */
public record PeerAddress(NodeId id, List<HostPort> endpoints) {
  public static PeerAddress parse(String text) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** A host name or literal, and a port. */
  public record HostPort(String host, int port) {}
}
