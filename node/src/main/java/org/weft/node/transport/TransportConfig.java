package org.weft.node.transport;

import java.time.Duration;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * How a node listens and dials. Port 0 lets the system choose.
 *
 * @param host where to listen: an address of this machine, 0.0.0.0 or :: for all of them
 * @param connectTimeout for a dial with its handshakes, at each address of a peer
 * @param sendTimeout how long a frame waits for a peer that takes none
 * @param maxConnections accepted at once, and dialled at once
 */
public record TransportConfig(
    String host, int port, Duration connectTimeout, Duration sendTimeout, int maxConnections) {
  public TransportConfig {
    if (port < 0 || port > 65535) {
      throw refused("The port " + port + " is not between 0 and 65535.");
    }
    if (!connectTimeout.isPositive() || !sendTimeout.isPositive() || maxConnections < 1) {
      throw refused("A transport needs timeouts and a number of connections above zero.");
    }
  }

  public static TransportConfig loopback() {
    return new TransportConfig("127.0.0.1", 0, Duration.ofSeconds(5), Duration.ofSeconds(20), 1024);
  }

  private static NodeException refused(String sentence) {
    return new NodeException(NodeError.ARGUMENT, sentence);
  }
}
