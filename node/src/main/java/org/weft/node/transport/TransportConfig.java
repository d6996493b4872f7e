package org.weft.node.transport;

import java.time.Duration;

/** How a node listens and dials. Port 0 lets the system choose. */
public record TransportConfig(
    String host, int port, Duration connectTimeout, Duration sendTimeout, int maxConnections) {
  public static TransportConfig loopback() {
    return new TransportConfig("127.0.0.1", 0, Duration.ofSeconds(5), Duration.ofSeconds(20), 1024);
  }
}
