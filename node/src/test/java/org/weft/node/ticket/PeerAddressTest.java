package org.weft.node.ticket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

class PeerAddressTest {
  private static final String ID = "12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv";

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:7000, 127.0.0.1, 7000",
    "[::1]:65535, ::1, 65535",
    "[2001:db8::7]:1, 2001:db8::7, 1",
    "node-3.example.org:443, node-3.example.org, 443",
    "node_3:443, node_3, 443",
    "localhost:80, localhost, 80",
  })
  void shouldReadAndWriteTheSame(String endpoint, String host, int port) {
    PeerAddress address = PeerAddress.parse(ID + "@" + endpoint);
    assertEquals(ID, address.id().toString());
    assertEquals(new PeerAddress.HostPort(host, port), address.endpoints().getFirst());
    assertEquals(ID + "@" + endpoint, address.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:+80",
        "127.0.0.1:8O",
        ":80",
        "",
        "256.0.0.1:80",
        "1.2.3:80",
        "1.2.3.4.5:80",
        "::1:80",
        "[::1]80",
        "[::1]",
        "[localhost]:80",
        "[fe80::1%eth0]:80",
        "[::g]:80",
        "a b:80",
        "-a:80",
        "a..b:80",
        "a/b:80",
        "host@other:80",
      })
  void shouldRefuseWhenEndpointIsMalformed(String endpoint) {
    assertRefused(ID + "@" + endpoint);
  }

  @Test
  void shouldSayHowToWriteItWhenTheIdIsMissing() {
    assertTrue(assertRefused("127.0.0.1:7000").contains("NODEID@host:port"));
    assertTrue(assertRefused("@127.0.0.1:7000").contains("12D3KooW"));
    assertTrue(assertRefused("QmfXb@127.0.0.1:7000").contains("12D3KooW"));
  }

  @Test
  void shouldKeepControlCharactersOutOfTheSentence() {
    assertFalse(assertRefused("a\u001b[2Jb\n\u202e").contains("\u001b"));
    assertTrue(assertRefused("x".repeat(10_000)).length() < 300);
  }

  private static String assertRefused(String text) {
    NodeException e = assertThrows(NodeException.class, () -> PeerAddress.parse(text));
    assertEquals(NodeError.ARGUMENT, e.error());
    return String.valueOf(e.getMessage());
  }
}
