package org.weft.node.ticket;

/** 16 random bytes, drawn by the gateway. */
public final class SessionId {
  public static SessionId of(byte[] bytes) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static SessionId random(java.security.SecureRandom random) {
    throw new UnsupportedOperationException("skeleton");
  }

  public byte[] bytes() {
    throw new UnsupportedOperationException("skeleton");
  }

  private SessionId() {}
}
