package org.weft.tools.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.weft.node.NodeException;
import org.weft.node.gateway.Gateway;
import org.weft.node.gateway.GatewayConfig;
import org.weft.node.gateway.SwarmView;
import org.weft.node.generation.ChatFormat;
import org.weft.node.generation.LanguageModel;
import org.weft.node.metrics.NodeMetrics;
import org.weft.tools.user.Json;

/**
 * Short answers over HTTP from a throw-away gateway in front of the engine: the first real request
 * finds loaded what it goes through, from the parser of HTTP to the model's chat template.
 */
final class HttpRehearsal {
  private static final int ROUNDS = 2;
  private static final int TOKENS = 4;

  /**
   * Asks until {@code atMost} is over. Where there is no chain yet, or it breaks, there is nothing
   * to rehearse: whoever asks first will hear why.
   */
  static void run(Engine engine, Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    LanguageModel model = engine.model();
    SwarmView nobody = new SwarmView(model.name(), "", 1, true, List.of());
    Closing closing = new Closing();
    try {
      NodeMetrics metrics = closing.add(new NodeMetrics(), NodeMetrics::close);
      Gateway gateway =
          closing.add(
              Gateway.start(GatewayConfig.loopback(0), engine.loop(), metrics, () -> nobody),
              Gateway::close);
      for (int round = 0; round < ROUNDS; round++) {
        ask(gateway.port(), model, end);
      }
    } catch (IOException | UncheckedIOException | NodeException nothingToRehearse) {
      return;
    } finally {
      Thread.ofVirtual().name("weft-rehearsal").start(closing::close);
    }
  }

  private static void ask(int port, LanguageModel model, long end) throws IOException {
    int millis = (int) ((end - System.nanoTime()) / 1_000_000);
    if (millis <= 0) {
      return;
    }
    boolean chat = model.chatFormat() instanceof ChatFormat.Template;
    URI url =
        URI.create(
            "http://127.0.0.1:" + port + (chat ? "/v1/chat/completions" : "/v1/completions"));
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    connection.setConnectTimeout(millis);
    connection.setReadTimeout(millis);
    connection.setDoOutput(true);
    connection.setRequestProperty("content-type", "application/json");
    try (OutputStream out = connection.getOutputStream()) {
      out.write(Json.line(request(model, chat)).getBytes(StandardCharsets.UTF_8));
    }
    try (InputStream in = connection.getInputStream()) {
      in.transferTo(OutputStream.nullOutputStream());
    } finally {
      connection.disconnect();
    }
  }

  private static Map<String, Object> request(LanguageModel model, boolean chat) {
    String text = "Hello";
    Object prompt = chat ? List.of(Map.of("role", "user", "content", text)) : text;
    return Map.of(
        "model",
        model.name(),
        chat ? "messages" : "prompt",
        prompt,
        "max_tokens",
        TOKENS,
        "stream",
        true);
  }

  private HttpRehearsal() {}
}
