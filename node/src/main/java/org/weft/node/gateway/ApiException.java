package org.weft.node.gateway;

import java.util.Optional;

/** Ends a request with an error in OpenAI's shape. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;

  ApiException(ApiError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  ApiError error() {
    return error;
  }

  /** 400: the parameter's value will not do. */
  static ApiException invalid(String param, String code, String message) {
    return new ApiException(
        new ApiError(
            400, "invalid_request_error", message, Optional.of(param), Optional.of(code), 0));
  }

  /** 400: a parameter that OpenAI knows and that is not served here. */
  static ApiException unsupported(String param, String why) {
    return invalid(
        param, "unsupported_parameter", "Unsupported parameter: '%s' %s.".formatted(param, why));
  }

  /** 400: not about one parameter. */
  static ApiException malformed(String message) {
    return new ApiException(ApiError.of(400, "invalid_request_error", message));
  }
}
