package org.weft.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeIdTest {
  /** Of libp2p's TLS test vectors. */
  private static final String KEY =
      "a77f1d92fedb59dddaea5a1c4abd1ac2fbde7d7b879ed364501809923d7c11b9";

  private static final String TEXT = "12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv";

  @Test
  void shouldWriteIdAsLibp2pDoes() {
    NodeId id = NodeId.of(HexFormat.of().parseHex(KEY));
    assertEquals(TEXT, id.toString());
    assertEquals(id, NodeId.parse(TEXT));
    assertEquals(id.hashCode(), NodeId.parse(TEXT).hashCode());
  }

  @Test
  void shouldRoundTripWhenKeysAreRandom() {
    long seed = 7;
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] key = new byte[32];
      random.nextBytes(key);
      for (int zeros = 0; zeros < i % 5; zeros++) {
        key[zeros] = 0;
      }
      NodeId id = NodeId.of(key);
      assertEquals(52, id.toString().length(), "seed " + seed);
      assertTrue(id.toString().startsWith("12D3KooW"), "seed " + seed);
      assertEquals(id, NodeId.parse(id.toString()), "seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "12D3KooW",
        "QmfXbAwNjJLXfesgztEHe8HwgVDCMMpZ9Eax1HYq6hn9uE",
        "16Uiu2HAkutTMoTzDw1tCvSRtu6YoixJwS46S1ZFxW8hSx9fWHiPs",
        "12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ks",
        "12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksvv",
        "12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ks0",
        " 12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ks",
        "1111111111111111111111111111111111111111111111111111",
        "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "\u001b[31m",
      })
  void shouldRefuseWhenTextIsNotTheOneForm(String text) {
    CryptoException e = assertThrows(CryptoException.class, () -> NodeId.parse(text));
    assertEquals(CryptoError.NODE_ID, e.error());
    assertFalse(e.getMessage().contains("\u001b"));
  }

  @Test
  void shouldRefuseWhenKeyHasAnotherLength() {
    assertThrows(CryptoException.class, () -> NodeId.of(new byte[31]));
    assertThrows(CryptoException.class, () -> NodeId.of(new byte[33]));
  }

  @Test
  void shouldKeepItsBytesWhenCallersChangeTheirs() {
    byte[] key = HexFormat.of().parseHex(KEY);
    NodeId id = NodeId.of(key);
    key[0] ^= 1;
    id.bytes()[1] ^= 1;
    assertEquals(TEXT, id.toString());
    assertNotEquals(NodeId.of(key), id);
  }
}
