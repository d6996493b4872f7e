package org.weft.node.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.weft.node.session.Cancellation;

/**
 * One request and its answer, told by a thread that may block. The connection itself belongs to
 * Vert.x' event loop: everything is handed to it in order, a bounded number of writes at a time.
 */
final class Exchange {
  /** Writes that the socket has not taken yet; more make the writer wait. */
  private static final int WINDOW = 32;

  private static final int CLIENT_GONE = 499;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context context;
  private final Duration writeWait;
  private final Cancellation cancellation = new Cancellation();
  private final Semaphore window = new Semaphore(WINDOW);
  private final AtomicInteger status = new AtomicInteger(CLIENT_GONE);

  /** On the event loop. */
  Exchange(HttpServerRequest request, Context context, Duration writeWait) {
    this.request = request;
    this.response = request.response();
    this.context = context;
    this.writeWait = writeWait;
    response.exceptionHandler(e -> gone());
    response.closeHandler(v -> gone());
  }

  HttpServerRequest request() {
    return request;
  }

  /** Cancelled as soon as the client has hung up. */
  Cancellation cancellation() {
    return cancellation;
  }

  /** The HTTP status that was sent; 499 where none was. */
  int status() {
    return status.get();
  }

  /** True once an answer is on its way that takes no other status any more. */
  boolean begun() {
    return status.get() != CLIENT_GONE;
  }

  void json(int code, JsonNode body) {
    send(code, "application/json", Json.text(body));
  }

  void send(int code, String contentType, String body) {
    status.set(code);
    Buffer bytes = Buffer.buffer(body);
    onEventLoop(() ->
        response
            .setStatusCode(code)
            .putHeader("Content-Type", contentType)
            .end(bytes)
            .onFailure(e -> gone()));
  }

  void error(ApiError error) {
    error
        .retryAfter()
        .ifPresent(seconds -> onEventLoop(() -> response.putHeader("Retry-After", seconds)));
    if (error.status() == 401) {
      onEventLoop(() -> response.putHeader("WWW-Authenticate", "Bearer"));
    }
    json(error.status(), error.json());
  }

  /** Begins an answer that {@link #write} goes on with. */
  void begin(String contentType) {
    status.set(200);
    onEventLoop(() -> {
      response
          .setChunked(true)
          .putHeader("Content-Type", contentType)
          .putHeader("Cache-Control", "no-cache")
          .putHeader("X-Accel-Buffering", "no");
      if (endsWithConnection()) {
        // Vert.x writes what the client asked for, keep-alive, over what stands here already.
        response.headersEndHandler(v -> response.putHeader("Connection", "close"));
      }
    });
  }

  /** HTTP/1.0 has no chunks: an answer of unknown length ends where the connection does. */
  private boolean endsWithConnection() {
    return request.version() == HttpVersion.HTTP_1_0;
  }

  /**
   * Sends a part at once. Waits while the client does not read, and gives it up in the end.
   *
   * @throws ClientGoneException when nobody reads any more
   */
  void write(String part) {
    try {
      if (!window.tryAcquire(writeWait.toNanos(), TimeUnit.NANOSECONDS)) {
        abort();
        throw new ClientGoneException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException();
    }
    if (cancellation.cancelled()) {
      throw new ClientGoneException();
    }
    Buffer bytes = Buffer.buffer(part);
    context.runOnContext(v -> {
      if (response.ended() || response.closed()) {
        window.release();
        return;
      }
      response
          .write(bytes)
          .onComplete(done -> {
            window.release();
            if (done.failed()) {
              gone();
            }
          });
    });
  }

  /** Ends what {@link #begin} began. */
  void end() {
    onEventLoop(() ->
        response
            .end()
            .onComplete(done -> {
              if (endsWithConnection()) {
                request.connection().close();
              }
            }));
  }

  /** Breaks the connection off: the client cannot be told otherwise. */
  void abort() {
    context.runOnContext(v -> request.connection().close());
    gone();
  }

  private void gone() {
    // Closing sessions may wait, and the event loop must not.
    Thread.ofVirtual()
        .name("weft-cancel")
        .start(() -> {
          cancellation.cancel();
          window.release(WINDOW);
        });
  }

  private void onEventLoop(Runnable action) {
    Runnable step =
        () -> {
          if (!response.ended() && !response.closed()) {
            action.run();
          }
        };
    if (Vertx.currentContext() == context) {
      step.run(); // at once: a router sends an answer of its own where an error is left unanswered
    } else {
      context.runOnContext(v -> step.run());
    }
  }
}
