package org.weft.tools.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.weft.tools.user.UsageException;
import org.weft.tools.user.UserException;

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

  /** Refuses an address that cannot be listened on, before anything slow is begun. */
  public void requireFree() {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw refused("there is no such host", null);
    }
    // It is bound and never listens, so that nobody reaches it in the meantime.
    try (Socket probe = new Socket()) {
      probe.setReuseAddress(true);
      probe.bind(address);
    } catch (IOException taken) {
      String reason = String.valueOf(taken.getMessage());
      if (reason.contains("in use")) {
        throw refused("something else does already; choose another port, or 0 for any", taken);
      }
      throw refused(
          reason.contains("assign requested")
              ? "this machine does not have that address"
              : reason.toLowerCase(Locale.ROOT),
          taken);
    }
  }

  private UserException refused(String reason, @Nullable Exception cause) {
    String sentence = "cannot listen on " + this + ": " + reason;
    return cause == null ? new UserException(sentence) : new UserException(sentence, cause);
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
