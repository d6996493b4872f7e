package org.weft.node.gateway;

import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.weft.node.generation.GenerationLoop;
import org.weft.node.metrics.HttpListener;
import org.weft.node.metrics.IdleConnections;
import org.weft.node.metrics.NodeMetrics;

/**
 * The OpenAI-compatible HTTP face of a swarm. Requests run on virtual threads; the one event loop
 * moves bytes alone.
 */
public final class Gateway implements AutoCloseable {
  private final GatewayConfig config;
  private final HttpListener listener;
  private final Admission admission;
  private final Requests requests;

  /**
   * Listens and serves. The loop and the metrics stay the caller's to close, after the gateway.
   *
   * @param swarm what {@code /weft/status} tells
   * @throws org.weft.node.NodeException ADDRESS where it cannot listen
   */
  public static Gateway start(
      GatewayConfig config, GenerationLoop loop, NodeMetrics metrics, Supplier<SwarmView> swarm) {
    SecureRandom random = new SecureRandom();
    return start(config, loop, metrics, swarm, Clock.systemUTC(), random::nextLong);
  }

  /** With a clock and a source of seeds and ids. */
  static Gateway start(
      GatewayConfig config,
      GenerationLoop loop,
      NodeMetrics metrics,
      Supplier<SwarmView> swarm,
      Clock clock,
      LongSupplier random) {
    return new Gateway(config, loop, metrics, swarm, clock, random);
  }

  private Gateway(
      GatewayConfig config,
      GenerationLoop loop,
      NodeMetrics metrics,
      Supplier<SwarmView> swarm,
      Clock clock,
      LongSupplier random) {
    this.config = config;
    this.admission =
        new Admission(
            config.caps().active(),
            config.caps().queued(),
            config.waits().queue(),
            System::nanoTime);
    this.listener = new HttpListener();
    this.requests = new Requests(listener.vertx(), metrics, config.waits().write());
    BodyBudget budget = new BodyBudget(config.caps().allBodiesBytes());
    Answers answers = new Answers(loop, admission, metrics, clock, random);
    IdleConnections idle =
        new IdleConnections(
            listener.vertx(), config.caps().connections(), config.waits().body().toMillis());
    var router =
        new Routes(
                listener.vertx(),
                new Access(config.apiKeys(), config.corsOrigins()),
                requests,
                config,
                budget,
                random)
            .router(
                new ModelsHandler(loop.model(), clock.instant().getEpochSecond()),
                new StatusHandler(loop.model(), metrics, admission, swarm),
                new ChatHandler(loop, answers, random),
                new CompletionHandler(loop, answers, random));
    listener.listen(
        config.host(),
        config.port(),
        new HttpListener.Handlers(
            request -> {
              idle.asked(request);
              router.handle(request);
            },
            request -> invalid(request),
            idle::opened));
    metrics.gauge("weft.requests.active", "Requests that generate", admission::active);
    metrics.gauge("weft.requests.queued", "Requests that wait for a turn", admission::queued);
    metrics.gauge(
        "weft.requests.body.bytes",
        "Bytes of bodies that requests hold, beyond the first 16 KiB of each",
        budget::heldBytes);
  }

  public int port() {
    return listener.port();
  }

  /** Where clients point their SDK, {@code http://127.0.0.1:8080/v1}, say. */
  public String url() {
    return listener.url() + "/v1";
  }

  /**
   * Refuses what waits, lets running answers go on for a while, cancels the rest, and stops
   * listening.
   */
  @Override
  public void close() {
    admission.close();
    if (!admission.awaitIdle(config.waits().drain())) {
      requests.cancelAll();
      admission.awaitIdle(config.waits().drain());
    }
    listener.close();
  }

  /** What is no HTTP at all, or has a head that is too long. */
  private void invalid(HttpServerRequest request) {
    request.response().putHeader("Connection", "close");
    requests.refuse(
        request, ApiError.of(400, ApiError.INVALID, "The request is not well-formed HTTP."));
  }
}
