package org.weft.node.ticket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/** Names a swarm: 32 bytes, SHA-256 of "weft-network:" and its name in UTF-8. Immutable. */
public final class NetworkId {
  public static final int BYTES = 32;

  private static final String PREFIX = "weft-network:";

  private final byte[] bytes;

  private NetworkId(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Of 32 bytes; PROTOCOL for any other number. */
  public static NetworkId of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new NodeException(
          NodeError.PROTOCOL,
          "A network id has " + BYTES + " bytes, and here are " + bytes.length + ".");
    }
    return new NetworkId(bytes.clone());
  }

  public static NetworkId named(String name) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return new NetworkId(digest.digest((PREFIX + name).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new NodeException(NodeError.INTERNAL, "This Java runtime has no SHA-256.");
    }
  }

  /** A fresh copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NetworkId that && Arrays.equals(bytes, that.bytes);
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
