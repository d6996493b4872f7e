package org.weft.crypto;

/**
 * A node's identity: its raw 32-byte Ed25519 public key, written as libp2p writes peer ids
 * (12D3Koo…).
 */
public final class NodeId {
  public static NodeId of(byte[] publicKey) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static NodeId parse(String text) {
    throw new UnsupportedOperationException("skeleton");
  }

  public byte[] bytes() {
    throw new UnsupportedOperationException("skeleton");
  }

  public boolean verify(byte[] message, byte[] signature) {
    throw new UnsupportedOperationException("skeleton");
  }

  private NodeId() {}
}
