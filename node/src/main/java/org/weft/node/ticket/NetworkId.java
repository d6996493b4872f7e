package org.weft.node.ticket;

/** Names a swarm: 32 bytes, SHA-256 of "weft-network:" and its name. */
public final class NetworkId {
  public static NetworkId of(byte[] bytes) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static NetworkId named(String name) {
    throw new UnsupportedOperationException("skeleton");
  }

  public byte[] bytes() {
    throw new UnsupportedOperationException("skeleton");
  }

  private NetworkId() {}
}
