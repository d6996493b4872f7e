package org.weft.node.metrics;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections that have asked nothing for too long, and those beyond the limit. An answer
 * that takes its time is not idle, but may have a limit of its own. Event loop only.
 */
public final class IdleConnections {
  private static final long BUSY = -1;

  private final Vertx vertx;
  private final int limit;
  private final long idleMillis;
  private final long answerMillis;
  private final Map<HttpConnection, Long> timers = new HashMap<>();

  public IdleConnections(Vertx vertx, int limit, long idleMillis) {
    this(vertx, limit, idleMillis, 0);
  }

  /** {@code answerMillis} is how long an answer may take, until its last byte is gone; 0: long. */
  IdleConnections(Vertx vertx, int limit, long idleMillis, long answerMillis) {
    this.vertx = vertx;
    this.limit = limit;
    this.idleMillis = idleMillis;
    this.answerMillis = answerMillis;
  }

  public void opened(HttpConnection connection) {
    if (timers.size() >= limit) {
      connection.close();
      return;
    }
    timers.put(connection, timer(connection, idleMillis));
    connection.exceptionHandler(e -> {}); // broken pipes and resets end in closed()
    connection.closeHandler(v -> closed(connection));
  }

  /** The connection is busy until the request's response has ended. */
  public void asked(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    cancel(timers.replace(connection, answerMillis == 0 ? BUSY : timer(connection, answerMillis)));
    request
        .response()
        .endHandler(v -> {
          if (timers.containsKey(connection)) {
            cancel(timers.put(connection, timer(connection, idleMillis)));
          }
        });
  }

  private void closed(HttpConnection connection) {
    cancel(timers.remove(connection));
  }

  private long timer(HttpConnection connection, long millis) {
    return vertx.setTimer(millis, id -> connection.close());
  }

  private void cancel(@Nullable Long timer) {
    if (timer != null && timer != BUSY) {
      vertx.cancelTimer(timer);
    }
  }
}
