package org.weft.crypto;

/** Bytes and the signature over them, kept exactly as received. */
public record Envelope(byte[] payload, NodeId signer, byte[] signature) {
  public static Envelope sign(NodeKey key, Domain domain, byte[] payload) {
    throw new UnsupportedOperationException("skeleton");
  }

  public boolean verify(Domain domain) {
    throw new UnsupportedOperationException("skeleton");
  }
}
