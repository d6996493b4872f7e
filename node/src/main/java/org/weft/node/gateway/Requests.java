package org.weft.node.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.weft.node.NodeException;
import org.weft.node.metrics.NodeMetrics;
import org.weft.shard.ShardException;

/**
 * Every request that is being answered: begun on the event loop, served by a virtual thread of its
 * own, ended with an answer whatever happens.
 */
final class Requests {
  private static final System.Logger LOG = System.getLogger(Requests.class.getName());

  private final Vertx vertx;
  private final NodeMetrics metrics;
  private final Duration writeWait;
  private final Set<Exchange> running = ConcurrentHashMap.newKeySet();

  Requests(Vertx vertx, NodeMetrics metrics, Duration writeWait) {
    this.vertx = vertx;
    this.metrics = metrics;
    this.writeWait = writeWait;
  }

  /** On the event loop. {@code prompt} is the parameter that the model's refusals are about. */
  void start(
      HttpServerRequest request, String endpoint, String prompt, Consumer<Exchange> handler) {
    Exchange exchange = new Exchange(request, vertx.getOrCreateContext(), writeWait);
    running.add(exchange);
    Thread.ofVirtual()
        .name("weft-request")
        .start(() -> {
          try {
            serve(exchange, prompt, handler);
          } finally {
            running.remove(exchange);
            metrics.request(endpoint, exchange.status());
          }
        });
  }

  /** On the event loop: answers at once. */
  void refuse(HttpServerRequest request, ApiError error) {
    refused("other", error);
    new Exchange(request, vertx.getOrCreateContext(), writeWait).error(error);
  }

  /** Counts an answer that somebody else sent. */
  void refused(String endpoint, ApiError error) {
    metrics.request(endpoint, error.status());
  }

  /** Nobody gets an answer any more. */
  void cancelAll() {
    running.forEach(exchange -> exchange.cancellation().cancel());
  }

  private void serve(Exchange exchange, String prompt, Consumer<Exchange> handler) {
    try {
      handler.accept(exchange);
    } catch (ClientGoneException e) {
      exchange.abort(); // nobody to tell; a connection that is shut down ends here, too
    } catch (ApiException e) {
      exchange.error(e.error());
    } catch (NodeException e) {
      metrics.fault(e.error());
      exchange.error(ApiError.of(e, prompt));
    } catch (ShardException e) {
      metrics.fault(e.error());
      exchange.error(ApiError.of(e, prompt));
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "a request failed", e);
      failed(exchange);
    }
  }

  private static void failed(Exchange exchange) {
    if (exchange.begun()) {
      exchange.abort();
    } else {
      exchange.error(ApiError.internal());
    }
  }
}
