package org.weft.tools.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.weft.node.gateway.GatewayConfig;
import org.weft.node.session.Cancellation;
import org.weft.tools.user.Json;
import org.weft.tools.user.UsageException;
import org.weft.tools.user.UserException;

/** A gateway's HTTP face, seen from the command line. */
public final class GatewayClient {
  private static final int MAX_PORT = 65_535;
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** For the first token: a gateway lets requests wait for their turn, and prompts may be long. */
  private static final Duration FIRST_TOKEN =
      GatewayConfig.Waits.defaults().queue().plus(Duration.ofMinutes(10));

  private final String base;
  private final @Nullable String apiKey;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1).build();

  /** {@code url} may end in {@code /v1}, as it stands in the configuration of SDKs. */
  public GatewayClient(String url, @Nullable String apiKey) {
    this.base = base(url);
    this.apiKey = apiKey == null || apiKey.isBlank() ? null : apiKey;
  }

  private static String base(String url) {
    String whole = url.contains("://") ? url : "http://" + url;
    String trimmed = whole.replaceAll("/+$", "").replaceAll("/v1$", "");
    try {
      URI uri = new URI(trimmed);
      if (uri.getHost() != null
          && uri.getPort() <= MAX_PORT
          && Set.of("http", "https").contains(uri.getScheme())) {
        return trimmed;
      }
    } catch (URISyntaxException wrong) {
      throw noAddress(url);
    }
    throw noAddress(url);
  }

  private static UsageException noAddress(String url) {
    return new UsageException(
        "--gateway: '" + url + "' is not a gateway's address, such as http://127.0.0.1:8080");
  }

  public String base() {
    return base;
  }

  public JsonNode get(String path) {
    HttpResponse<InputStream> response =
        send(request(path).GET().build(), ANSWER, new Cancellation());
    return Json.parse(body(response), "the answer of " + base + path);
  }

  /**
   * Posts JSON and gives the body of a successful answer as it streams in.
   *
   * @throws CancellationException where that was cancelled before the answer began
   */
  public InputStream stream(String path, Object body, Cancellation cancellation) {
    HttpRequest request =
        request(path)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.line(body)))
            .build();
    return send(request, FIRST_TOKEN, cancellation).body();
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    try {
      return apiKey == null ? request : request.header("authorization", "Bearer " + apiKey);
    } catch (IllegalArgumentException wrong) {
      throw new UsageException("--api-key: a key has no line breaks or control characters");
    }
  }

  /** Sends, and waits until a successful answer begins. */
  private HttpResponse<InputStream> send(
      HttpRequest request, Duration patience, Cancellation cancellation) {
    CompletableFuture<HttpResponse<InputStream>> answer =
        http.sendAsync(request, BodyHandlers.ofInputStream());
    Cancellation.Registration stop = cancellation.onCancel(() -> answer.cancel(true));
    try {
      HttpResponse<InputStream> response = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() / 100 != 2) {
        throw new UserException("the gateway at " + base + " refused: " + reason(response));
      }
      return response;
    } catch (ExecutionException failed) {
      if (cancellation.cancelled()) {
        throw new CancellationException(); // one of a call that was cancelled may come wrapped up
      }
      throw new UserException(reason(request, failed.getCause()), failed);
    } catch (TimeoutException late) {
      throw new UserException(reason(request, late), late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UserException("interrupted", interrupted);
    } finally {
      stop.close();
      answer.cancel(true); // without effect on an answer that has begun
    }
  }

  private String reason(HttpRequest request, @Nullable Throwable failure) {
    return switch (failure) {
      case TimeoutException late -> "the gateway at " + base + " did not answer in time";
      case HttpTimeoutException late -> "the gateway at " + base + " did not answer in time";
      case ConnectException refused when unknownHost(refused) ->
          "there is no host '" + request.uri().getHost() + "' to find a gateway on";
      case ConnectException refused -> "no gateway answers at " + base + ": is one running?";
      case SSLException noTls -> "no gateway speaks TLS at " + base + ": Weft's own speak http://";
      case null, default -> "the connection to the gateway at " + base + " broke";
    };
  }

  private static boolean unknownHost(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof UnresolvedAddressException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  private static String reason(HttpResponse<InputStream> response) {
    String body = body(response);
    try {
      String message = Json.read(body).path("error").path("message").asText("");
      return message.isEmpty() ? "status " + response.statusCode() : message;
    } catch (IOException notJson) {
      return "status " + response.statusCode();
    }
  }

  private static String body(HttpResponse<InputStream> response) {
    try (InputStream in = response.body()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UserException("the gateway's answer broke off", failed);
    }
  }
}
