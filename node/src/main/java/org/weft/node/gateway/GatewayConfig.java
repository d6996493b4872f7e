package org.weft.node.gateway;

import java.time.Duration;
import java.util.List;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * How a gateway listens, and what it grants.
 *
 * @param port 0 lets the system choose
 * @param apiKeys clients must present one of them; empty: anybody may ask
 * @param corsOrigins origins whose pages may ask, "*" for all; empty: none
 * @param maxActive requests that generate at the same time
 * @param maxQueued requests that may wait for their turn; more are refused
 * @param queueWait how long one may wait
 * @param maxBodyBytes of a request
 * @param bodyWait how long a client may take to send a request, or to begin the next one
 * @param writeWait how long a client may not read before its answer is given up
 * @param drain how long running answers may go on once the gateway closes
 * @param maxConnections open at the same time
 */
public record GatewayConfig(
    String host,
    int port,
    List<String> apiKeys,
    List<String> corsOrigins,
    int maxActive,
    int maxQueued,
    Duration queueWait,
    int maxBodyBytes,
    Duration bodyWait,
    Duration writeWait,
    Duration drain,
    int maxConnections) {
  public GatewayConfig {
    apiKeys = List.copyOf(apiKeys);
    corsOrigins = List.copyOf(corsOrigins);
    if (apiKeys.stream().anyMatch(String::isBlank)) {
      throw new NodeException(NodeError.ARGUMENT, "an API key of the gateway is empty");
    }
    if (maxActive < 1 || maxQueued < 0 || maxBodyBytes < 1 || maxConnections < 1) {
      throw new NodeException(NodeError.ARGUMENT, "the gateway's limits must be positive");
    }
  }

  /** This machine alone, no key. */
  public static GatewayConfig loopback(int port) {
    return new GatewayConfig(
        "127.0.0.1",
        port,
        List.of(),
        List.of(),
        32,
        256,
        Duration.ofMinutes(5),
        16 << 20,
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        Duration.ofSeconds(2),
        4096);
  }

  public GatewayConfig withHost(String other) {
    return new GatewayConfig(
        other,
        port,
        apiKeys,
        corsOrigins,
        maxActive,
        maxQueued,
        queueWait,
        maxBodyBytes,
        bodyWait,
        writeWait,
        drain,
        maxConnections);
  }

  public GatewayConfig withApiKeys(List<String> keys) {
    return new GatewayConfig(
        host,
        port,
        keys,
        corsOrigins,
        maxActive,
        maxQueued,
        queueWait,
        maxBodyBytes,
        bodyWait,
        writeWait,
        drain,
        maxConnections);
  }

  public GatewayConfig withCorsOrigins(List<String> origins) {
    return new GatewayConfig(
        host,
        port,
        apiKeys,
        origins,
        maxActive,
        maxQueued,
        queueWait,
        maxBodyBytes,
        bodyWait,
        writeWait,
        drain,
        maxConnections);
  }

  public GatewayConfig withConcurrency(int active, int queued) {
    return new GatewayConfig(
        host,
        port,
        apiKeys,
        corsOrigins,
        active,
        queued,
        queueWait,
        maxBodyBytes,
        bodyWait,
        writeWait,
        drain,
        maxConnections);
  }

  public GatewayConfig withWaits(Duration body, Duration write) {
    return new GatewayConfig(
        host,
        port,
        apiKeys,
        corsOrigins,
        maxActive,
        maxQueued,
        queueWait,
        maxBodyBytes,
        body,
        write,
        drain,
        maxConnections);
  }
}
