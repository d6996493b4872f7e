package org.weft.node.ticket;

import java.security.SecureRandom;

/** 16 random bytes, drawn by the gateway. Immutable. */
public final class SessionId extends FixedBytes {
  public static final int BYTES = 16;

  private SessionId(byte[] bytes) {
    super("session id", BYTES, bytes);
  }

  /** Of 16 bytes; PROTOCOL for any other number. */
  public static SessionId of(byte[] bytes) {
    return new SessionId(bytes);
  }

  public static SessionId random(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new SessionId(bytes);
  }
}
