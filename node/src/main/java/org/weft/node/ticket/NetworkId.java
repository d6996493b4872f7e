package org.weft.node.ticket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/** Names a swarm: 32 bytes, SHA-256 of "weft-network:" and its name in UTF-8. Immutable. */
public final class NetworkId extends FixedBytes {
  public static final int BYTES = 32;

  private static final String PREFIX = "weft-network:";

  private NetworkId(byte[] bytes) {
    super("network id", BYTES, bytes);
  }

  /** Of 32 bytes; PROTOCOL for any other number. */
  public static NetworkId of(byte[] bytes) {
    return new NetworkId(bytes);
  }

  public static NetworkId named(String name) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return new NetworkId(digest.digest((PREFIX + name).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new NodeException(NodeError.INTERNAL, "This Java runtime has no SHA-256.");
    }
  }
}
