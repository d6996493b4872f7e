package org.weft.node.ticket;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/** 16 random bytes, drawn by the gateway. Immutable. */
public final class SessionId {
  public static final int BYTES = 16;

  private final byte[] bytes;

  private SessionId(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Of 16 bytes; PROTOCOL for any other number. */
  public static SessionId of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new NodeException(
          NodeError.PROTOCOL,
          "A session id has " + BYTES + " bytes, and here are " + bytes.length + ".");
    }
    return new SessionId(bytes.clone());
  }

  public static SessionId random(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new SessionId(bytes);
  }

  /** A fresh copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SessionId that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Hex. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
