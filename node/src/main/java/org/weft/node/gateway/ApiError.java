package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.shard.ShardException;

/**
 * An error as OpenAI's API shows it.
 *
 * @param retryMillis when to try again; 0: not said
 */
record ApiError(
    int status,
    String type,
    String message,
    Optional<String> param,
    Optional<String> code,
    int retryMillis) {
  static final String INVALID = "invalid_request_error";
  static final String SERVER = "server_error";

  /** When a gateway that has too much to do may be asked again. */
  static final int RETRY_MILLIS = 2000;

  static ApiError of(int status, String type, String message) {
    return new ApiError(status, type, message, Optional.empty(), Optional.empty(), 0);
  }

  ApiError withCode(String value) {
    return new ApiError(status, type, message, param, Optional.of(value), retryMillis);
  }

  ApiError withParam(String value) {
    return new ApiError(status, type, message, Optional.of(value), code, retryMillis);
  }

  static ApiError unavailable(String code, String message, int retryMillis) {
    return new ApiError(
        503, SERVER, message, Optional.empty(), Optional.of(code), Math.max(1000, retryMillis));
  }

  /** 503: {@code why} is a clause with neither "try again" nor a full stop. */
  static ApiError overloaded(String why) {
    return unavailable("overloaded", why + ": try again later.", RETRY_MILLIS);
  }

  static ApiError internal() {
    return of(500, SERVER, "The gateway failed; its log says more.").withCode("internal_error");
  }

  /** {@code prompt} names the parameter that a prompt came in. */
  static ApiError of(NodeException e, String prompt) {
    String message = sentence(e.getMessage());
    String code = e.error().name().toLowerCase(Locale.ROOT);
    return switch (e.error()) {
      case TOO_LONG -> of(400, INVALID, message).withParam(prompt).withCode(LENGTH);
      case ARGUMENT -> of(400, INVALID, message).withParam(prompt).withCode("invalid_value");
      case UNSUPPORTED -> of(400, INVALID, message).withParam(prompt).withCode("unsupported_value");
      case NO_ROUTE,
          UNREACHABLE,
          OUT_OF_CACHE,
          OVERLOADED,
          DRAINING,
          DEADLINE,
          CLOSED,
          STALE_EPOCH,
          TICKET ->
          unavailable(code, message, e.retryMillis());
      case WRONG_PEER, INCOMPATIBLE, PROTOCOL, WRONG_MODEL ->
          of(502, SERVER, message).withCode(code);
      case NON_FINITE, ADDRESS, STORAGE, INTERNAL -> of(500, SERVER, message).withCode(code);
    };
  }

  static ApiError of(ShardException e, String prompt) {
    String message = sentence(e.getMessage());
    String code = e.error().name().toLowerCase(Locale.ROOT);
    return switch (e.error()) {
      case TOO_LONG -> of(400, INVALID, message).withParam(prompt).withCode(LENGTH);
      case ARGUMENT, TEMPLATE ->
          of(400, INVALID, message).withParam(prompt).withCode("invalid_value");
      case OUT_OF_CACHE -> unavailable(code, message, 0);
      case FILE, FORMAT, UNSUPPORTED, NON_FINITE, MISMATCH ->
          of(500, SERVER, message).withCode(code);
    };
  }

  /** The header of that name, in seconds, where it is said. */
  Optional<String> retryAfter() {
    return retryMillis > 0
        ? Optional.of(Integer.toString((retryMillis + 999) / 1000))
        : Optional.empty();
  }

  ObjectNode json() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("error")
        .put("message", message)
        .put("type", type)
        .put("param", param.orElse(null))
        .put("code", code.orElse(null));
    return body;
  }

  private static final String LENGTH = "context_length_exceeded";

  private static String sentence(@Nullable String message) {
    return message == null || message.isEmpty()
        ? "The gateway failed."
        : message.substring(0, 1).toUpperCase(Locale.ROOT)
            + message.substring(1)
            + (message.endsWith(".") ? "" : ".");
  }
}
