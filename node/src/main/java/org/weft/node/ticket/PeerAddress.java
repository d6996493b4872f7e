package org.weft.node.ticket;

import java.net.Inet6Address;
import java.util.List;
import java.util.regex.Pattern;
import org.weft.crypto.CryptoException;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * Who and where: written NODEID@host:port, an IPv6 literal in brackets. Endpoints are in the order
 * in which they are tried; none means that the peer cannot be dialled.
 */
public record PeerAddress(NodeId id, List<HostPort> endpoints) {
  public PeerAddress {
    endpoints = List.copyOf(endpoints);
  }

  public PeerAddress(NodeId id, String host, int port) {
    this(id, List.of(new HostPort(host, port)));
  }

  /**
   * Of its written form.
   *
   * @throws NodeException ARGUMENT with a sentence that says how an address is written
   */
  public static PeerAddress parse(String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      throw refused(
          "\""
              + Text.printable(text)
              + "\" does not say whose address it is: write NODEID@host:port, as the node prints"
              + " when it starts.");
    }
    NodeId id;
    try {
      id = NodeId.parse(text.substring(0, at));
    } catch (CryptoException e) {
      throw refused(e.getMessage());
    }
    return new PeerAddress(id, List.of(HostPort.parse(text.substring(at + 1))));
  }

  private static NodeException refused(String sentence) {
    return new NodeException(NodeError.ARGUMENT, sentence);
  }

  /** The written form, of the first endpoint. */
  @Override
  public String toString() {
    return endpoints.isEmpty() ? id + "@nowhere" : id + "@" + endpoints.getFirst();
  }

  /** A host name or literal (IPv6 without brackets), and a port. */
  public record HostPort(String host, int port) {
    private static final int MAX_HOST_LENGTH = 253;
    private static final Pattern NAME =
        Pattern.compile(
            "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
                + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\\.?");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");

    /** Throws NodeException ARGUMENT for anything that cannot be dialled. */
    public HostPort {
      if (!isHost(host)) {
        throw refused("\"" + Text.printable(host) + "\" is not a host name or address.");
      }
      if (port < 1 || port > 65535) {
        throw refused("The port " + port + " of host " + host + " is not between 1 and 65535.");
      }
    }

    /** Of {@code host:port} or {@code [ipv6]:port}. */
    public static HostPort parse(String text) {
      int colon = text.lastIndexOf(':');
      String host = colon < 0 ? text : text.substring(0, colon);
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      int port = colon < 0 ? -1 : port(text.substring(colon + 1));
      if (port < 0 || bracketed != (host.indexOf(':') >= 0)) {
        throw refused(
            "\""
                + Text.printable(text)
                + "\" is not an address: write host:port, or [address]:port for IPv6.");
      }
      return new HostPort(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    private static int port(String digits) {
      if (digits.isEmpty() || digits.length() > 5) {
        return -1;
      }
      int port = 0;
      for (int i = 0; i < digits.length(); i++) {
        char c = digits.charAt(i);
        if (c < '0' || c > '9') {
          return -1;
        }
        port = 10 * port + c - '0';
      }
      return port;
    }

    private static boolean isHost(String host) {
      if (host.isEmpty() || host.length() > MAX_HOST_LENGTH) {
        return false;
      }
      if (host.indexOf(':') >= 0) {
        return isIpv6(host);
      }
      return DIGITS_AND_DOTS.matcher(host).matches()
          ? IPV4.matcher(host).matches()
          : NAME.matcher(host).matches();
    }

    /** No zone: it would name an interface of another machine. */
    private static boolean isIpv6(String host) {
      if (host.indexOf('%') >= 0 || host.indexOf('[') >= 0) {
        return false;
      }
      try {
        Inet6Address.ofLiteral(host);
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }
}
