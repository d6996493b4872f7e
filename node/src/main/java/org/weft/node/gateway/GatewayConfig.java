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
 * @param caps how much is kept for clients
 * @param waits how long it waits for them
 */
public record GatewayConfig(
    String host, int port, List<String> apiKeys, List<String> corsOrigins, Caps caps, Waits waits) {

  /**
   * What is kept for clients at most.
   *
   * @param active requests that generate at the same time
   * @param queued requests that may wait for their turn; more are refused
   * @param bodyBytes of a request
   * @param allBodiesBytes of all requests together, from a body's arrival until its request has
   *     ended; the first 16 KiB of each are not counted
   * @param connections open at the same time
   */
  public record Caps(int active, int queued, int bodyBytes, long allBodiesBytes, int connections) {
    public Caps {
      if (active < 1 || queued < 0 || bodyBytes < 1 || connections < 1) {
        throw new NodeException(NodeError.ARGUMENT, "the gateway's limits must be positive");
      }
      if (allBodiesBytes < bodyBytes) {
        throw new NodeException(
            NodeError.ARGUMENT, "what the gateway keeps of all bodies must hold the largest one");
      }
    }

    public static Caps defaults() {
      return new Caps(32, 256, 16 << 20, 64L << 20, 4096);
    }
  }

  /**
   * How long a gateway waits.
   *
   * @param queue for a request's turn
   * @param body for a client to send a request, or to begin the next one
   * @param write for a client that does not read, before its answer is given up
   * @param drain for running answers, once the gateway closes
   */
  public record Waits(Duration queue, Duration body, Duration write, Duration drain) {
    public Waits {
      if (queue.isNegative() || !body.isPositive() || !write.isPositive() || drain.isNegative()) {
        throw new NodeException(NodeError.ARGUMENT, "the gateway's waits must be positive");
      }
    }

    public static Waits defaults() {
      return new Waits(
          Duration.ofMinutes(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2));
    }
  }

  public GatewayConfig {
    apiKeys = List.copyOf(apiKeys);
    corsOrigins = List.copyOf(corsOrigins);
    if (apiKeys.stream().anyMatch(String::isBlank)) {
      throw new NodeException(NodeError.ARGUMENT, "an API key of the gateway is empty");
    }
    if (corsOrigins.stream().anyMatch(String::isBlank)) {
      throw new NodeException(NodeError.ARGUMENT, "a CORS origin of the gateway is empty");
    }
  }

  /** This machine alone, no key. */
  public static GatewayConfig loopback(int port) {
    return new GatewayConfig(
        "127.0.0.1", port, List.of(), List.of(), Caps.defaults(), Waits.defaults());
  }

  public GatewayConfig withHost(String other) {
    return new GatewayConfig(other, port, apiKeys, corsOrigins, caps, waits);
  }

  public GatewayConfig withApiKeys(List<String> keys) {
    return new GatewayConfig(host, port, keys, corsOrigins, caps, waits);
  }

  public GatewayConfig withCorsOrigins(List<String> origins) {
    return new GatewayConfig(host, port, apiKeys, origins, caps, waits);
  }

  public GatewayConfig withConcurrency(int active, int queued) {
    Caps other =
        new Caps(active, queued, caps.bodyBytes(), caps.allBodiesBytes(), caps.connections());
    return new GatewayConfig(host, port, apiKeys, corsOrigins, other, waits);
  }

  /** {@code all} is what {@link Caps#allBodiesBytes} says. */
  public GatewayConfig withBodyBytes(int each, long all) {
    Caps other = new Caps(caps.active(), caps.queued(), each, all, caps.connections());
    return new GatewayConfig(host, port, apiKeys, corsOrigins, other, waits);
  }

  public GatewayConfig withWaits(Duration body, Duration write) {
    Waits other = new Waits(waits.queue(), body, write, waits.drain());
    return new GatewayConfig(host, port, apiKeys, corsOrigins, caps, other);
  }
}
