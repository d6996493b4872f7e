package org.weft.node.gateway;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who may ask: API keys, and pages of other origins. Immutable. */
final class Access {
  private static final String BEARER = "bearer ";

  private final List<byte[]> keys;
  private final List<String> origins;

  Access(List<String> keys, List<String> origins) {
    this.keys = keys.stream().map(Access::digest).toList();
    this.origins = origins;
  }

  /** Why the request may not be served, if so. */
  Optional<ApiError> refusal(HttpServerRequest request) {
    if (keys.isEmpty()) {
      return Optional.empty();
    }
    String header = request.getHeader("Authorization");
    if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.of(
          ApiError.of(
                  401,
                  ApiError.INVALID,
                  "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).")
              .withCode("invalid_api_key"));
    }
    byte[] given = digest(header.substring(BEARER.length()).strip());
    boolean known = false;
    for (byte[] key : keys) {
      known |= MessageDigest.isEqual(key, given); // every key, so that time tells nothing
    }
    return known
        ? Optional.empty()
        : Optional.of(
            ApiError.of(401, ApiError.INVALID, "Incorrect API key provided.")
                .withCode("invalid_api_key"));
  }

  /** Puts CORS headers on an answer; true where the request was a preflight and is answered. */
  boolean cors(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    if (origin == null || origins.isEmpty()) {
      return false;
    }
    HttpServerResponse response = request.response();
    boolean all = origins.contains("*");
    response.putHeader("Vary", "Origin");
    if (!all && !origins.contains(origin)) {
      return false;
    }
    response.putHeader("Access-Control-Allow-Origin", all ? "*" : origin);
    response.putHeader("Access-Control-Expose-Headers", "x-request-id, retry-after");
    if (request.method() != HttpMethod.OPTIONS
        || request.getHeader("Access-Control-Request-Method") == null) {
      return false;
    }
    response.putHeader("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    response.putHeader(
        "Access-Control-Allow-Headers",
        wanted(request.getHeader("Access-Control-Request-Headers")));
    response.putHeader("Access-Control-Max-Age", "600");
    response.setStatusCode(204).end();
    return true;
  }

  /** True where a page of an origin that is not allowed sends what browsers let any page send. */
  boolean foreign(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    return origin != null && !origins.contains("*") && !origins.contains(origin);
  }

  /** SDKs send headers of their own making; those that it names are as good as any. */
  private static String wanted(@Nullable String headers) {
    return headers == null ? "authorization, content-type" : headers;
  }

  private static byte[] digest(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
