package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.weft.node.generation.FakeModel;
import org.weft.node.generation.GenerationConfig;
import org.weft.node.generation.GenerationLoop;
import org.weft.node.metrics.NodeMetrics;
import org.weft.shard.model.Span;

/** A gateway over a fake model, behind a real socket. */
final class Served implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String CHAT = "/v1/chat/completions";
  static final String COMPLETIONS = "/v1/completions";
  static final long NOW = 1_800_000_000L;

  final FakeModel fake;
  final NodeMetrics metrics = new NodeMetrics();
  final GenerationLoop loop;
  final Gateway gateway;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Served() {
    this(1024, false, Duration.ofSeconds(10), config -> config);
  }

  Served(UnaryOperator<GatewayConfig> change) {
    this(1024, false, Duration.ofSeconds(10), change);
  }

  Served(int context, boolean adds, Duration openWait, UnaryOperator<GatewayConfig> change) {
    this(new FakeModel(context, adds), openWait, change);
  }

  Served(FakeModel fake, Duration openWait, UnaryOperator<GatewayConfig> change) {
    this.fake = fake;
    loop =
        new GenerationLoop(fake.model(), new GenerationConfig(openWait, 64, 5), System::nanoTime);
    metrics.bindKvPages(() -> (fake.used() + 31) / 32, () -> 64);
    long[] next = {42};
    gateway =
        Gateway.start(
            change.apply(GatewayConfig.loopback(0)),
            loop,
            metrics,
            Served::swarm,
            Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC),
            () -> {
              synchronized (next) {
                return next[0]++;
              }
            });
  }

  private static SwarmView swarm() {
    return new SwarmView(
        "fake",
        "abcd",
        4,
        false,
        List.of(
            new SwarmView.Node(
                "n1",
                new Span(0, 2),
                List.of("127.0.0.1:1"),
                Optional.of("http://127.0.0.1:2/metrics"),
                "serving"),
            new SwarmView.Node(
                "n2", new Span(2, 4), List.of("127.0.0.1:3"), Optional.empty(), "serving")));
  }

  /**
   * The error of an answer that has OpenAI's shape, this status, and no class name in its sentence.
   */
  static JsonNode error(Answer answer, int status) {
    assertEquals(status, answer.status(), answer.text());
    assertTrue(answer.header("content-type").startsWith("application/json"));
    JsonNode error = answer.json().get("error");
    assertEquals(1, answer.json().size());
    assertEquals(4, error.size(), error.toString());
    assertFalse(error.get("message").textValue().isBlank());
    assertFalse(error.get("message").textValue().contains("Exception"), error.toString());
    assertTrue(error.get("type").isTextual());
    assertTrue(error.has("param") && error.has("code"));
    return error;
  }

  @Override
  public void close() {
    client.close();
    gateway.close();
    loop.close();
    metrics.close();
    if (fake.used() != 0) {
      throw new AssertionError("positions are still reserved: " + fake.used());
    }
  }

  ObjectNode chat() {
    ObjectNode body = JSON.createObjectNode().put("model", "fake").put("temperature", 0);
    body.putArray("messages").addObject().put("role", "user").put("content", "hello");
    return body;
  }

  ObjectNode completion() {
    return JSON.createObjectNode()
        .put("model", "fake")
        .put("prompt", "hello:")
        .put("max_tokens", 50)
        .put("temperature", 0);
  }

  record Answer(int status, String text, HttpResponse<String> raw) {
    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (IOException e) {
        throw new AssertionError("not JSON: " + text, e);
      }
    }

    JsonNode choice() {
      return json().at("/choices/0");
    }

    String header(String name) {
      return raw.headers().firstValue(name).orElse("");
    }
  }

  Answer send(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
            .timeout(Duration.ofSeconds(30))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return new Answer(response.statusCode(), response.body(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  Answer get(String path, String... headers) {
    return send("GET", path, new byte[0], headers);
  }

  Answer post(String path, JsonNode body) {
    return post(path, body.toString());
  }

  Answer post(String path, String body) {
    return send(
        "POST", path, body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
  }

  /** An answer that must be whole and well. */
  JsonNode good(String path, JsonNode body) {
    Answer answer = post(path, body);
    if (answer.status() != 200) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
    return answer.json();
  }

  /** The events of a stream: JSON, and "[DONE]" as a text node. */
  List<JsonNode> events(String path, ObjectNode body) {
    Answer answer = post(path, body.put("stream", true));
    if (answer.status() != 200 || !answer.header("content-type").startsWith("text/event-stream")) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
    List<JsonNode> events = new ArrayList<>();
    for (String line : answer.text().split("\n")) {
      if (line.isEmpty()) {
        continue;
      }
      if (!line.startsWith("data: ")) {
        throw new AssertionError("not an event: " + line);
      }
      String data = line.substring("data: ".length());
      try {
        events.add(
            data.equals("[DONE]") ? JSON.getNodeFactory().textNode(data) : JSON.readTree(data));
      } catch (IOException e) {
        throw new AssertionError(data, e);
      }
    }
    return events;
  }

  /** A connection that has sent a request. */
  Socket raw(String path, String body, String... headers) throws IOException {
    Socket socket = new Socket("127.0.0.1", gateway.port());
    socket.setSoTimeout(30_000);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(
                path,
                headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n",
                bytes.length);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return socket;
  }

  double metric(String name) {
    double sum = 0;
    for (String line : get("/metrics").text().split("\n")) {
      if (line.startsWith(name + " ") || line.startsWith(name + "{")) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return sum;
  }

  /** Waits for what another thread is about to do, for a bounded time. */
  static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("still not: " + what);
      }
      Thread.onSpinWait();
      Thread.yield();
    }
  }
}
