package org.weft.node.ticket;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Addresses that one owner has for little more than the price of one: what a limit counts by. Equal
 * where the range is the same.
 */
public record AddressRange(String name) {
  private static final int IPV4_BITS = 24;
  private static final int IPV6_BITS = 48;
  private static final int LABELS = 2;

  /** Of a {@link PeerAddress.HostPort}'s host: a /24, a /48, or all names of one domain. */
  public static AddressRange ofHost(String host) {
    if (host.indexOf(':') >= 0 || isIpv4(host)) {
      return of(InetAddress.ofLiteral(host), IPV4_BITS, IPV6_BITS);
    }
    String[] labels = host.toLowerCase(Locale.ROOT).split("\\.");
    int from = Math.max(0, labels.length - LABELS);
    return new AddressRange(String.join(".", Arrays.asList(labels).subList(from, labels.length)));
  }

  /** The block of so many bits that {@code address} is in. */
  public static AddressRange of(InetAddress address, int ipv4Bits, int ipv6Bits) {
    byte[] bytes = address.getAddress();
    int bits = address instanceof Inet4Address ? ipv4Bits : ipv6Bits;
    byte[] prefix = Arrays.copyOf(bytes, bits / 8);
    return new AddressRange(HexFormat.of().formatHex(prefix) + "/" + bits);
  }

  /** A host of digits and dots is an address, for {@link PeerAddress.HostPort} accepts no other. */
  private static boolean isIpv4(String host) {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c != '.' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }
}
