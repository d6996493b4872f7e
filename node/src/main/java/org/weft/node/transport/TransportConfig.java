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
 * @param callTimeout how long a peer's call may take in all, and its stream to say what it is for
 * @param idleTimeout after which a connection that nobody calls over is closed
 * @param maxConnections accepted at once, and dialled at once
 * @param dials which addresses of others are dialled
 */
public record TransportConfig(
    String host,
    int port,
    Duration connectTimeout,
    Duration sendTimeout,
    Duration callTimeout,
    Duration idleTimeout,
    int maxConnections,
    DialRule dials) {
  private static final Duration CALL = Duration.ofSeconds(20);

  /** Longer than a round over all peers of a large directory takes. */
  private static final Duration IDLE = Duration.ofMinutes(5);

  public TransportConfig {
    if (port < 0 || port > 65535) {
      throw refused("The port " + port + " is not between 0 and 65535.");
    }
    if (!connectTimeout.isPositive()
        || !sendTimeout.isPositive()
        || !callTimeout.isPositive()
        || !idleTimeout.isPositive()
        || maxConnections < 1) {
      throw refused("A transport needs timeouts and a number of connections above zero.");
    }
  }

  /** With the usual patience for what peers begin. */
  public TransportConfig(
      String host, int port, Duration connectTimeout, Duration sendTimeout, int maxConnections) {
    this(host, port, connectTimeout, sendTimeout, CALL, IDLE, maxConnections, DialRule.anywhere());
  }

  public static TransportConfig loopback() {
    return new TransportConfig("127.0.0.1", 0, Duration.ofSeconds(5), Duration.ofSeconds(20), 1024);
  }

  public TransportConfig listeningAt(String where, int at) {
    return new TransportConfig(
        where, at, connectTimeout, sendTimeout, callTimeout, idleTimeout, maxConnections, dials);
  }

  public TransportConfig dialling(DialRule rule) {
    return new TransportConfig(
        host, port, connectTimeout, sendTimeout, callTimeout, idleTimeout, maxConnections, rule);
  }

  TransportConfig idlingFor(Duration idle) {
    return new TransportConfig(
        host, port, connectTimeout, sendTimeout, callTimeout, idle, maxConnections, dials);
  }

  private static NodeException refused(String sentence) {
    return new NodeException(NodeError.ARGUMENT, sentence);
  }
}
