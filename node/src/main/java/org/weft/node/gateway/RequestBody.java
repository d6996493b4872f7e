package org.weft.node.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Reads a request's body on the event loop, within a size, a share of what all bodies may hold, and
 * a time. A body that is too large is refused while it is still sent; what comes after that is read
 * and thrown away for a while, since a connection that is closed on unread bytes loses its answer.
 */
final class RequestBody {
  private static final long LINGER_MILLIS = 5000;

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final int maxBytes;
  private final BodyBudget.Share share;
  private final Consumer<ApiError> refused;
  private Buffer body = Buffer.buffer();
  private boolean over;
  private long timer;

  /**
   * Calls {@code whole} once with the body, and the share is the receiver's to close; or {@code
   * refused} after an error was answered, or nobody when the client is gone: the share is closed.
   */
  static void read(
      Vertx vertx,
      HttpServerRequest request,
      int maxBytes,
      BodyBudget.Share share,
      Duration patience,
      Consumer<byte[]> whole,
      Consumer<ApiError> refused) {
    new RequestBody(vertx, request, maxBytes, share, refused).begin(patience, whole);
  }

  private RequestBody(
      Vertx vertx,
      HttpServerRequest request,
      int maxBytes,
      BodyBudget.Share share,
      Consumer<ApiError> refused) {
    this.vertx = vertx;
    this.request = request;
    this.maxBytes = maxBytes;
    this.share = share;
    this.refused = refused;
  }

  private void begin(Duration patience, Consumer<byte[]> whole) {
    timer = vertx.setTimer(patience.toMillis(), id -> refuse(tooSlow()));
    request.handler(this::take);
    request.endHandler(v -> {
      vertx.cancelTimer(timer);
      if (!over) {
        over = true;
        byte[] bytes = body.getBytes();
        body = Buffer.buffer(); // the handlers live as long as the request
        whole.accept(bytes);
      } else {
        end();
      }
    });
    request.exceptionHandler(this::broken);
    if (declaredLength() > maxBytes) {
      refuse(tooLarge());
    } else if (!share.hasRoomFor(declaredLength())) {
      refuse(overloaded());
    } else if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
  }

  /** The client is gone, or what it sends is no body: Vert.x closes the connection after this. */
  private void broken(Throwable failure) {
    vertx.cancelTimer(timer);
    if (over) {
      return;
    }
    over = true;
    drop();
    if (!(failure instanceof IOException) && !request.response().closed()) {
      ApiError error = malformed();
      answer(error).end(Json.text(error.json())).onFailure(e -> {});
      refused.accept(error);
    }
  }

  private void take(Buffer part) {
    if (over) {
      return;
    }
    if (body.length() + (long) part.length() > maxBytes) {
      refuse(tooLarge());
    } else if (!share.take(part.length())) {
      refuse(overloaded());
    } else {
      body.appendBuffer(part);
    }
  }

  private long declaredLength() {
    String length = request.getHeader("Content-Length");
    try {
      return length == null ? 0 : Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private void refuse(ApiError error) {
    if (over) {
      return;
    }
    over = true;
    drop();
    vertx.cancelTimer(timer);
    timer = vertx.setTimer(LINGER_MILLIS, id -> end());
    if (!request.response().closed()) {
      Buffer body = Buffer.buffer(Json.text(error.json()));
      // The whole answer, but not its end, which closes the connection.
      answer(error)
          .putHeader("Content-Length", Integer.toString(body.length()))
          .write(body)
          .onFailure(e -> {});
    }
    refused.accept(error);
  }

  private void drop() {
    body = Buffer.buffer();
    share.close();
  }

  private HttpServerResponse answer(ApiError error) {
    HttpServerResponse response = request.response();
    error.retryAfter().ifPresent(seconds -> response.putHeader("Retry-After", seconds));
    return response
        .setStatusCode(error.status())
        .putHeader("Content-Type", "application/json")
        .putHeader("Connection", "close");
  }

  private void end() {
    vertx.cancelTimer(timer);
    if (!request.response().ended() && !request.response().closed()) {
      request.response().end().onComplete(done -> request.connection().close());
    }
  }

  private ApiError tooLarge() {
    return ApiError.of(
            413,
            ApiError.INVALID,
            "The body of the request is larger than %d bytes.".formatted(maxBytes))
        .withCode("request_too_large");
  }

  private static ApiError overloaded() {
    return ApiError.overloaded("The gateway holds as many bytes of requests as it takes");
  }

  private static ApiError malformed() {
    return ApiError.of(400, ApiError.INVALID, "The body of the request is not well-formed HTTP.");
  }

  private static ApiError tooSlow() {
    return ApiError.of(408, ApiError.INVALID, "The body of the request took too long to arrive.")
        .withCode("request_timeout");
  }
}
