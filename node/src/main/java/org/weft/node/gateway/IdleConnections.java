package org.weft.node.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections that have asked nothing for too long, and those beyond the limit. An answer
 * that takes its time is not idle. Event loop only.
 */
final class IdleConnections {
  private static final long BUSY = -1;

  private final Vertx vertx;
  private final int limit;
  private final long idleMillis;
  private final Map<HttpConnection, Long> timers = new HashMap<>();

  IdleConnections(Vertx vertx, int limit, long idleMillis) {
    this.vertx = vertx;
    this.limit = limit;
    this.idleMillis = idleMillis;
  }

  void opened(HttpConnection connection) {
    if (timers.size() >= limit) {
      connection.close();
      return;
    }
    timers.put(connection, timer(connection));
    connection.exceptionHandler(e -> {}); // broken pipes and resets end in closed()
    connection.closeHandler(v -> closed(connection));
  }

  /** The connection is busy until the request's response has ended. */
  void asked(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    cancel(timers.replace(connection, BUSY));
    request
        .response()
        .endHandler(v -> {
          if (timers.containsKey(connection)) {
            timers.put(connection, timer(connection));
          }
        });
  }

  private void closed(HttpConnection connection) {
    cancel(timers.remove(connection));
  }

  private long timer(HttpConnection connection) {
    return vertx.setTimer(idleMillis, id -> connection.close());
  }

  private void cancel(@Nullable Long timer) {
    if (timer != null && timer != BUSY) {
      vertx.cancelTimer(timer);
    }
  }
}
