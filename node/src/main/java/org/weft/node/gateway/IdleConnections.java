package org.weft.node.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Closes connections that have asked nothing for too long, and those beyond the limit. An answer
 * that takes its time is not idle. Event loop only.
 */
final class IdleConnections {
  private final Vertx vertx;
  private final int limit;
  private final long idleMillis;
  private final Map<HttpConnection, IdleTimer> timers = new HashMap<>();

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
    timers.put(connection, new IdleTimer(() -> closeLater(connection)));
    connection.exceptionHandler(e -> {}); // broken pipes and resets end in closed()
    connection.closeHandler(v -> closed(connection));
  }

  /** The connection is busy until the request's response has ended. */
  void asked(HttpServerRequest request) {
    IdleTimer timer = timers.get(request.connection());
    if (timer != null) {
      timer.asked();
      request.response().endHandler(v -> timer.answered());
    }
  }

  private void closed(HttpConnection connection) {
    IdleTimer timer = timers.remove(connection);
    if (timer != null) {
      timer.close();
    }
  }

  private Runnable closeLater(HttpConnection connection) {
    long id = vertx.setTimer(idleMillis, fired -> connection.close());
    return () -> vertx.cancelTimer(id);
  }
}
