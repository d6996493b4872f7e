package org.weft.node.metrics;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;

/** {@code /metrics} and {@code /healthz} of a block server. */
public final class MetricsServer implements AutoCloseable {
  /** What Prometheus expects of its text format. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpListener listener;

  /**
   * Listens; port 0 lets the system choose.
   *
   * @param health one word for {@code /healthz}: "ok", "draining", …
   * @throws org.weft.node.NodeException ADDRESS where that is not possible
   */
  public static MetricsServer start(
      String host, int port, NodeMetrics metrics, Supplier<String> health) {
    return new MetricsServer(
        HttpListener.open(host, port, request -> handle(request, metrics, health)));
  }

  private MetricsServer(HttpListener listener) {
    this.listener = listener;
  }

  public int port() {
    return listener.port();
  }

  /** Where {@code /metrics} is; of a server that listens everywhere, as seen from this machine. */
  public String url() {
    return listener.url() + "/metrics";
  }

  @Override
  public void close() {
    listener.close();
  }

  private static void handle(
      HttpServerRequest request, NodeMetrics metrics, Supplier<String> health) {
    if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
      request.response().putHeader("Allow", "GET, HEAD").setStatusCode(405).end();
      return;
    }
    switch (request.path()) {
      case "/metrics" -> answer(request, CONTENT_TYPE, metrics::scrape);
      case "/healthz" ->
          answer(request, "application/json", () -> "{\"status\":\"" + health.get() + "\"}");
      case null, default -> request.response().setStatusCode(404).end();
    }
  }

  /** Reading gauges may take a lock somewhere: not on the event loop. */
  private static void answer(HttpServerRequest request, String contentType, Supplier<String> body) {
    Thread.ofVirtual()
        .name("weft-metrics")
        .start(() -> {
          String text = body.get();
          request.response().putHeader("Content-Type", contentType).end(text).onFailure(e -> {});
        });
  }
}
