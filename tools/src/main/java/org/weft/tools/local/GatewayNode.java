package org.weft.tools.local;

import java.util.List;
import java.util.Optional;
import org.weft.node.gateway.Gateway;
import org.weft.node.gateway.GatewayConfig;
import org.weft.node.metrics.NodeMetrics;

/**
 * A gateway process's parts: both ends of the model, the generation loop and the HTTP face. The
 * backend is its owner's.
 */
public final class GatewayNode implements AutoCloseable {
  /** How it is run. */
  public record Settings(
      HostPort listen,
      Optional<String> name,
      Optional<String> apiKey,
      List<String> corsOrigins,
      int threads) {
    public Settings {
      corsOrigins = List.copyOf(corsOrigins);
    }
  }

  private final HostPort listen;
  private final Engine engine;
  private final NodeMetrics metrics;
  private final Gateway gateway;

  private GatewayNode(HostPort listen, Engine engine, NodeMetrics metrics, Gateway gateway) {
    this.listen = listen;
    this.engine = engine;
    this.metrics = metrics;
    this.gateway = gateway;
  }

  /** Loads the ends, warms them, and listens. */
  public static GatewayNode start(
      OpenModel open, Backend backend, Settings settings, Progress progress) {
    Engine engine =
        Engine.load(
            open,
            settings.name().orElse(open.config().name()),
            backend.fingerprint(),
            settings.threads(),
            backend.sessions(),
            progress);
    NodeMetrics metrics = new NodeMetrics();
    try {
      progress.say("rehearsing an answer");
      engine.warmUp();
      backend.bind(metrics);
      GatewayConfig config =
          GatewayConfig.loopback(settings.listen().port())
              .withHost(settings.listen().host())
              .withApiKeys(settings.apiKey().stream().toList())
              .withCorsOrigins(settings.corsOrigins());
      Gateway gateway = Gateway.start(config, engine.loop(), metrics, backend::view);
      return new GatewayNode(settings.listen(), engine, metrics, gateway);
    } catch (RuntimeException refused) {
      metrics.close();
      engine.close();
      throw refused;
    }
  }

  public Engine engine() {
    return engine;
  }

  public String modelName() {
    return engine.model().name();
  }

  /** The base address for SDKs, as seen from this machine. */
  public String url() {
    return "http://"
        + new HostPort(listen.anywhere() ? "127.0.0.1" : listen.host(), gateway.port())
        + "/v1";
  }

  @Override
  public void close() {
    gateway.close();
    engine.close();
    metrics.close();
  }
}
