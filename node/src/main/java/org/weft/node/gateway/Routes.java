package org.weft.node.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Which path is served by whom. Runs on the event loop, and hands over to virtual threads. */
final class Routes {
  private static final String MODELS = "/v1/models/";

  private final Vertx vertx;
  private final Access access;
  private final Requests requests;
  private final GatewayConfig config;
  private final BodyBudget budget;
  private final ParseTurns turns;
  private final LongSupplier random;

  Routes(
      Vertx vertx,
      Access access,
      Requests requests,
      GatewayConfig config,
      BodyBudget budget,
      LongSupplier random) {
    this.vertx = vertx;
    this.access = access;
    this.requests = requests;
    this.config = config;
    this.budget = budget;
    this.turns = new ParseTurns(config.waits().queue());
    this.random = random;
  }

  Router router(
      ModelsHandler models, StatusHandler status, BodyHandler chat, BodyHandler completions) {
    Router router = Router.router(vertx);
    router.route().handler(this::admit);
    get(router, "/v1/models", true, models::list);
    get(router, "/v1/models/*", true, e -> models.one(e, modelName(e.request())));
    post(router, "/v1/chat/completions", chat);
    post(router, "/v1/completions", completions);
    get(router, "/weft/status", true, status::status);
    get(router, "/healthz", false, status::health);
    get(router, "/metrics", false, status::metrics);
    get(router, "/", false, status::page);
    router.route().handler(context -> refuse(context, unknownPath(context.request())));
    router.errorHandler(400, context -> refuse(context, badRequest()));
    router.errorHandler(500, context -> refuse(context, ApiError.internal()));
    return router;
  }

  private void admit(RoutingContext context) {
    context
        .response()
        .putHeader("x-request-id", "req_" + HexFormat.of().toHexDigits(random.getAsLong()));
    if (!access.cors(context.request())) {
      context.next();
    }
  }

  private void get(Router router, String path, boolean guarded, Consumer<Exchange> handler) {
    router
        .route(path)
        .handler(context -> {
          HttpMethod method = context.request().method();
          if (method != HttpMethod.GET && method != HttpMethod.HEAD) {
            refuse(context, wrongMethod(context, "GET, HEAD"));
          } else if (!guarded || permitted(context)) {
            requests.start(context.request(), path, "", handler);
          }
        });
  }

  private void post(Router router, String path, BodyHandler handler) {
    router
        .route(path)
        .handler(context -> {
          if (context.request().method() != HttpMethod.POST) {
            refuse(context, wrongMethod(context, "POST"));
          } else if (permitted(context)) {
            Optional<ApiError> wrong = wrongType(context.request());
            if (wrong.isPresent()) {
              refuse(context, wrong.get());
            } else {
              read(context.request(), path, handler);
            }
          }
        });
  }

  private void read(HttpServerRequest request, String path, BodyHandler handler) {
    BodyBudget.Share share = budget.share();
    RequestBody.read(
        vertx,
        request,
        config.caps().bodyBytes(),
        share,
        config.waits().body(),
        bytes -> {
          Body body = new Body(bytes, turns, share);
          requests.start(
              request,
              path,
              handler.promptParameter(),
              exchange -> {
                try (body) {
                  handler.handle(exchange, body);
                }
              });
        },
        error -> requests.refused(path, error));
  }

  private boolean permitted(RoutingContext context) {
    Optional<ApiError> refusal = access.refusal(context.request());
    refusal.ifPresent(error -> refuse(context, error));
    return refusal.isEmpty();
  }

  private void refuse(RoutingContext context, ApiError error) {
    requests.refuse(context.request(), error);
  }

  /** Browsers let any page send a form or plain text anywhere, but not JSON. */
  private Optional<ApiError> wrongType(HttpServerRequest request) {
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
      return Optional.of(
          ApiError.of(
                  415,
                  ApiError.INVALID,
                  "Unsupported content encoding: '%s'. Send the body as it is.".formatted(encoding))
              .withCode("unsupported_content_encoding"));
    }
    String type = request.getHeader("Content-Type");
    if (type == null ? !access.foreign(request) : isJson(type)) {
      return Optional.empty();
    }
    return Optional.of(
        ApiError.of(
                415,
                ApiError.INVALID,
                "Unsupported content type: '%s'. The body has to be JSON: send the header 'Content-Type: application/json'."
                    .formatted(type == null ? "" : type))
            .withCode("unsupported_content_type"));
  }

  private static boolean isJson(String type) {
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase("application/json");
  }

  private static String modelName(HttpServerRequest request) {
    // A plus is a plus in a path, unlike in a form.
    String name = request.path().substring(MODELS.length()).replace("+", "%2B");
    try {
      return URLDecoder.decode(name, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name;
    }
  }

  private static ApiError unknownPath(HttpServerRequest request) {
    return ApiError.of(
            404,
            ApiError.INVALID,
            "Unknown request URL: %s %s.".formatted(request.method(), request.path()))
        .withCode("unknown_url");
  }

  private static ApiError wrongMethod(RoutingContext context, String allowed) {
    context.response().putHeader("Allow", allowed);
    return ApiError.of(
            405,
            ApiError.INVALID,
            "Not allowed to %s on %s (allowed: %s)."
                .formatted(context.request().method(), context.request().path(), allowed))
        .withCode("method_not_supported");
  }

  private static ApiError badRequest() {
    return ApiError.of(400, ApiError.INVALID, "The request is not well-formed HTTP.");
  }
}
