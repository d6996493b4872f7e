package org.weft.node.metrics;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Closes connections that have asked nothing for too long, and those beyond the limit. An answer
 * that takes its time is not idle, but may have a limit of its own. Event loop only.
 */
public final class IdleConnections {
  private final Vertx vertx;
  private final int limit;
  private final long idleMillis;
  private final long answerMillis;
  private final Map<HttpConnection, IdleTimer> timers = new HashMap<>();

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
    timers.put(
        connection,
        new IdleTimer(
            () -> closeAfter(idleMillis, connection), () -> closeAfter(answerMillis, connection)));
    connection.exceptionHandler(e -> {}); // broken pipes and resets end in closed()
    connection.closeHandler(v -> closed(connection));
  }

  /** The connection is busy until the request's response has ended. */
  public void asked(HttpServerRequest request) {
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

  /** What stops it; never if {@code millis} is 0. */
  private Runnable closeAfter(long millis, HttpConnection connection) {
    if (millis == 0) {
      return () -> {};
    }
    long id = vertx.setTimer(millis, fired -> connection.close());
    return () -> vertx.cancelTimer(id);
  }
}
