package org.weft.node.ticket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeException;

class IdsTest {
  @Test
  void shouldNameANetworkByTheHashOfItsPrefixedName() throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest("weft-network:demo".getBytes(StandardCharsets.UTF_8));
    assertEquals(NetworkId.of(hash), NetworkId.named("demo"));
    assertEquals(HexFormat.of().formatHex(hash), NetworkId.named("demo").toString());
    assertNotEquals(NetworkId.named("demo"), NetworkId.named("Demo"));
  }

  @Test
  void shouldRefuseWhenLengthIsWrong() {
    assertThrows(NodeException.class, () -> NetworkId.of(new byte[31]));
    assertThrows(NodeException.class, () -> SessionId.of(new byte[17]));
  }

  @Test
  void shouldKeepTheirBytesToThemselves() {
    byte[] bytes = new byte[SessionId.BYTES];
    SessionId id = SessionId.of(bytes);
    bytes[0] = 1;
    id.bytes()[1] = 1;
    assertEquals(SessionId.of(new byte[SessionId.BYTES]), id);
    assertEquals("00".repeat(SessionId.BYTES), id.toString());
    assertNotEquals(id, SessionId.random(new SecureRandom()));
    byte[] network = NetworkId.named("x").bytes();
    network[0] ^= 1;
    assertNotEquals(NetworkId.of(network), NetworkId.named("x"));
    assertEquals(NetworkId.named("x").hashCode(), NetworkId.named("x").hashCode());
  }
}
