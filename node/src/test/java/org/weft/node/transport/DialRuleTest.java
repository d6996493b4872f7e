package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.node.transport.Loopback.DEADLINE;

import java.net.InetAddress;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.transport.DialRule.Reach;
import org.weft.protocol.v1.Probe;

class DialRuleTest {
  private static final int PORT = 7407;

  @ParameterizedTest
  @CsvSource({
    "8.8.8.8, PUBLIC",
    "203.0.113.7, PUBLIC",
    "172.32.0.1, PUBLIC",
    "100.128.0.1, PUBLIC",
    "2001:db8::1, PUBLIC",
    "2606:4700::1111, PUBLIC",
    "64:ff9b::808:808, PUBLIC",
    "127.0.0.1, PRIVATE",
    "127.9.9.9, PRIVATE",
    "10.9.9.9, PRIVATE",
    "172.16.0.1, PRIVATE",
    "192.168.1.1, PRIVATE",
    "100.64.0.1, PRIVATE",
    "100.127.255.255, PRIVATE",
    "198.18.0.1, PRIVATE",
    "::1, PRIVATE",
    "fc00::1, PRIVATE",
    "fd12:3456::1, PRIVATE",
    "fec0::1, PRIVATE",
    "::ffff:192.168.1.1, PRIVATE",
    "::192.168.1.1, PRIVATE",
    "64:ff9b::c0a8:101, PRIVATE",
    "2002:c0a8:101::1, PRIVATE",
    "0.0.0.0, NOWHERE",
    "0.1.2.3, NOWHERE",
    "::, NOWHERE",
    "169.254.169.254, NOWHERE",
    "fe80::1, NOWHERE",
    "64:ff9b::a9fe:a9fe, NOWHERE",
    "224.0.0.1, NOWHERE",
    "ff02::1, NOWHERE",
    "255.255.255.255, NOWHERE",
    "240.0.0.1, NOWHERE"
  })
  void shouldKnowFromWhereAnAddressIsReached(String literal, Reach reach) {
    assertEquals(reach, DialRule.reach(InetAddress.ofLiteral(literal)));
  }

  private static DialRule member(String own, String... joined) {
    return DialRule.member(
        Optional.of(own).filter(host -> !host.isEmpty()),
        Arrays.stream(joined)
            .map(host -> new PeerAddress(Loopback.key().id(), host, PORT))
            .toList());
  }

  private static boolean allows(DialRule rule, String host, int port) {
    return rule.allows(new PeerAddress.HostPort(host, port), InetAddress.ofLiteral(host));
  }

  @Test
  void shouldNotDialPrivateAddressesForAMemberOfAPublicSwarm() {
    for (DialRule rule :
        List.of(
            member("8.8.8.8"),
            member("", "8.8.8.8"),
            member("192.168.1.5", "8.8.8.8"),
            member("192.168.1.5", "192.168.1.6", "8.8.8.8"))) {
      assertTrue(allows(rule, "9.9.9.9", 1));
      for (String host : List.of("192.168.1.1", "127.0.0.1", "169.254.169.254", "fd00::1")) {
        assertFalse(allows(rule, host, 80), host);
      }
    }
  }

  @Test
  void shouldDialPrivateAddressesForANodeThatLivesAmongThem() {
    for (DialRule rule :
        List.of(
            member("127.0.0.1"),
            member("192.168.1.5"),
            member("", "127.0.0.1"),
            member("10.0.0.1", "no-such-host.invalid"),
            member("8.8.8.8", "10.0.0.2"))) {
      assertTrue(allows(rule, "192.168.1.1", 1));
      assertTrue(allows(rule, "127.0.0.1", 1));
      assertTrue(allows(rule, "8.8.8.8", 1));
      assertFalse(allows(rule, "169.254.169.254", 80));
      assertFalse(allows(rule, "0.0.0.0", 80));
    }
  }

  @Test
  void shouldDialWhateverItsOperatorHasNamed() {
    DialRule rule = member("8.8.8.8", "8.8.4.4", "192.168.1.6");
    assertTrue(allows(rule, "192.168.1.6", PORT));
    assertFalse(allows(rule, "192.168.1.6", 80));
    assertTrue(allows(DialRule.anywhere(), "169.254.169.254", 80));
  }

  @Test
  void shouldNotKnockAtAPrivateAddressThatAStrangerHasNamed() throws Exception {
    try (Loopback loopback = new Loopback()) {
      loopback.start();
      TransportConfig config = TransportConfig.loopback().dialling(member("8.8.8.8"));
      try (GrpcTransport client =
              GrpcTransport.dialling(Loopback.key(), config, Clock.systemUTC());
          TcpProxy proxy = new TcpProxy(loopback.server().port())) {
        PeerAddress peer = new PeerAddress(loopback.serverKey.id(), "localhost", proxy.port());
        NodeException e =
            assertThrows(
                NodeException.class, () -> client.ask(peer, Probe.getDefaultInstance(), DEADLINE));
        assertEquals(NodeError.UNREACHABLE, e.error());
        assertTrue(String.valueOf(e.getMessage()).contains("private"), e.getMessage());
        assertEquals(0, proxy.greetings.size());
      }
    }
  }
}
