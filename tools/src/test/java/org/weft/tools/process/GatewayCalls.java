package org.weft.tools.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;

/** An OpenAI client with bad manners where a test needs them. */
final class GatewayCalls implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration TIMEOUT = WeftProcess.PATIENCE;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  /** An HTTP status and what came with it. */
  record Answer(int status, JsonNode body) {
    /** OpenAI's error object, checked for its shape. */
    String errorMessage() {
      JsonNode error = body.path("error");
      if (!error.path("message").isTextual()
          || !error.path("type").isTextual()
          || !error.has("code")
          || !error.has("param")) {
        throw new AssertionError("not an error as OpenAI shapes it: " + status + " " + body);
      }
      return error.path("message").textValue();
    }
  }

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(20))
          .build();

  GatewayCalls(String base) {
    this.base = URI.create(base);
  }

  Answer get(String path) throws IOException, InterruptedException {
    return json(HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT).build());
  }

  Answer post(String path, String body) throws IOException, InterruptedException {
    return json(
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(TIMEOUT)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private Answer json(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  /** Sends a request and leaves its answer unread; whoever closes the socket has hung up. */
  Socket postAndHold(String path, String body) throws IOException {
    Socket socket = new Socket(base.getHost(), base.getPort());
    socket.setSoTimeout((int) TIMEOUT.toMillis());
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nhost: "
            + base.getAuthority()
            + "\r\ncontent-type: application/json\r\ncontent-length: "
            + content.length
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(content);
    socket.getOutputStream().flush();
    return socket;
  }

  /** Where the block servers show their metrics, in chain order, as the gateway tells it. */
  List<String> metricsUrls() {
    JsonNode nodes = unchecked(() -> get("/weft/status")).body().path("nodes");
    return StreamSupport.stream(nodes.spliterator(), false)
        .sorted(Comparator.comparingInt(node -> node.path("span").path(0).asInt()))
        .map(node -> node.path("metrics").asText())
        .toList();
  }

  /** KV pages that sessions hold at a node. */
  int pagesUsed(String metricsUrl) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(metricsUrl)).timeout(TIMEOUT).build();
    return unchecked(() -> http.send(request, BodyHandlers.ofString()))
        .body()
        .lines()
        .filter(line -> line.startsWith("weft_kv_pages_used "))
        .map(line -> (int) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no weft_kv_pages_used at " + metricsUrl));
  }

  /** A call inside of a condition that is looked at again and again. */
  private static <T> T unchecked(Callable<T> call) {
    try {
      return call.call();
    } catch (Exception failed) {
      throw new AssertionError("a server does not answer", failed);
    }
  }

  /** Looks again and again at another process, which cannot call us back. */
  static void await(String what, Duration within, BooleanSupplier holds) {
    long deadline = System.nanoTime() + within.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + within.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
