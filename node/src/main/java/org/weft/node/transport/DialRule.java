package org.weft.node.transport;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.weft.node.ticket.PeerAddress;

/**
 * Which addresses a node dials. Tickets and records are written by strangers: one that names the
 * router at home would have this node knock at its door. So a private address is dialled only by a
 * node that lives among such addresses itself: the one that it publishes, or all that it has joined
 * through, are private. What the operator has named is always dialled; link-local addresses (a
 * cloud's metadata service has one) and what is no host's address never else. Thread-safe.
 */
public final class DialRule {
  /** Where an address can be reached from. */
  enum Reach {
    /** From anywhere. */
    PUBLIC,
    /** From this machine or its own networks: loopback, RFC 1918, RFC 6598, RFC 4193. */
    PRIVATE,
    /** From the same wire, or no address of a host at all. */
    NOWHERE
  }

  private static final DialRule ANYWHERE = new DialRule(Optional.empty(), List.of(), true);

  private final Optional<String> own;
  private final List<PeerAddress.HostPort> joined;
  private final boolean anywhere;

  private DialRule(Optional<String> own, List<PeerAddress.HostPort> joined, boolean anywhere) {
    this.own = own;
    this.joined = List.copyOf(joined);
    this.anywhere = anywhere;
  }

  /** For a node that is told by nobody but its operator whom to dial. */
  public static DialRule anywhere() {
    return ANYWHERE;
  }

  /** For a member of a swarm that publishes the host {@code own}, or nothing. */
  public static DialRule member(Optional<String> own, List<PeerAddress> joined) {
    return new DialRule(
        own, joined.stream().flatMap(peer -> peer.endpoints().stream()).toList(), false);
  }

  /** Whether {@code address}, which {@code endpoint} has been resolved to, may be dialled. */
  boolean allows(PeerAddress.HostPort endpoint, InetAddress address) {
    return anywhere
        || joined.contains(endpoint)
        || switch (reach(address)) {
          case PUBLIC -> true;
          case PRIVATE -> livesAmongPrivate();
          case NOWHERE -> false;
        };
  }

  /** Resolved anew each time, for a name may not be known yet when the node starts. */
  private boolean livesAmongPrivate() {
    boolean amongPrivate = false;
    for (PeerAddress.HostPort peer : joined) {
      for (InetAddress address : addresses(peer.host())) {
        if (reach(address) == Reach.PUBLIC) {
          return false;
        }
        amongPrivate = true;
      }
    }
    return amongPrivate
        || own.stream()
            .flatMap(host -> addresses(host).stream())
            .anyMatch(address -> reach(address) != Reach.PUBLIC);
  }

  private static List<InetAddress> addresses(String host) {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException unknown) {
      return List.of();
    }
  }

  static Reach reach(InetAddress address) {
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      return Reach.NOWHERE;
    }
    if (address.isLoopbackAddress() || address.isSiteLocalAddress()) {
      return Reach.PRIVATE;
    }
    if (address.isLinkLocalAddress()) {
      return Reach.NOWHERE;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? ipv4(bytes) : ipv6(bytes);
  }

  private static Reach ipv4(byte[] bytes) {
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (first == 0 || first >= 240) {
      return Reach.NOWHERE;
    }
    boolean shared = first == 100 && second >= 64 && second < 128;
    boolean test = first == 198 && (second & 0xfe) == 18;
    return shared || test ? Reach.PRIVATE : Reach.PUBLIC;
  }

  /** Java gives IPv4-mapped addresses as IPv4; other ways to write one are judged by it here. */
  private static Reach ipv6(byte[] bytes) {
    if ((bytes[0] & 0xfe) == 0xfc) {
      return Reach.PRIVATE;
    }
    if (startsWith(bytes, 0x20, 0x02)) { // 6to4
      return embedded(bytes, 2);
    }
    boolean nat64 = startsWith(bytes, 0x00, 0x64, 0xff, 0x9b);
    boolean compatible = startsWith(bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return nat64 || compatible ? embedded(bytes, 12) : Reach.PUBLIC;
  }

  private static Reach embedded(byte[] bytes, int at) {
    try {
      return reach(
          InetAddress.getByAddress(
              new byte[] {bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]}));
    } catch (UnknownHostException impossible) {
      return Reach.NOWHERE; // four bytes are always an address
    }
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    for (int i = 0; i < prefix.length; i++) {
      if ((bytes[i] & 0xff) != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}
