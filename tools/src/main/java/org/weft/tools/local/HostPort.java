package org.weft.tools.local;

import org.weft.tools.user.UsageException;

/**
 * An address to listen on, as people write it: {@code host:port}, {@code [::1]:port}, {@code
 * :port}, or a port alone.
 */
public record HostPort(String host, int port) {
  private static final int MAX_PORT = 65_535;

  public HostPort {
    if (port < 0 || port > MAX_PORT) {
      throw new UsageException("port " + port + " is not in 0 to " + MAX_PORT);
    }
  }

  /** Parses; {@code option} names where it stood, {@code host} is what a port alone means. */
  public static HostPort parse(String text, String option, String host) {
    int colon = text.lastIndexOf(':');
    // ":7407" and "7407" mean the default host.
    String name = colon <= 0 ? host : text.substring(0, colon);
    if (name.startsWith("[") && name.endsWith("]")) {
      name = name.substring(1, name.length() - 1);
    }
    try {
      if (name.isBlank()) {
        throw new NumberFormatException("no host");
      }
      return new HostPort(name, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException wrong) {
      throw new UsageException(option + ": '" + text + "' is not HOST:PORT");
    }
  }

  /** True where only this machine can reach it. */
  public boolean loopback() {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
  }

  /** True where every interface is meant. */
  public boolean anywhere() {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
