package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class BadRequestTest {
  private static Served served;

  @BeforeAll
  static void start() {
    served = new Served(config -> config.withWaits(Duration.ofSeconds(2), Duration.ofSeconds(5)));
    served.fake.says("fine");
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  /** What to change in a good request, and what the error has to name. */
  private record Bad(String change, int status, String param, String code) {
    static Bad of(String change, String param, String code) {
      return new Bad(change, 400, param, code);
    }
  }

  private static final List<Bad> CHAT =
      List.of(
          Bad.of("{\"messages\": null}", "messages", "missing_required_parameter"),
          Bad.of("{\"messages\": []}", "messages", "empty_array"),
          Bad.of("{\"messages\": \"x\"}", "messages", "invalid_type"),
          Bad.of("{\"messages\": [5]}", "messages[0]", "invalid_type"),
          Bad.of(
              "{\"messages\": [{\"content\": \"x\"}]}",
              "messages[0].role",
              "missing_required_parameter"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\"}]}",
              "messages[0].content",
              "missing_required_parameter"),
          Bad.of(
              "{\"messages\": [{\"role\": \"wizard\", \"content\": \"x\"}]}",
              "messages[0].role",
              "invalid_value"),
          Bad.of(
              "{\"messages\": [{\"role\": \"tool\", \"content\": \"x\"}]}",
              "messages[0].role",
              "unsupported_value"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": 5}]}",
              "messages[0].content",
              "invalid_type"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": []}]}",
              "messages[0].content",
              "empty_array"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\": \"x\"}}]}]}",
              "messages[0].content[0].type",
              "unsupported_value"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": [\"x\"]}]}",
              "messages[0].content[0]",
              "invalid_type"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": \"x\", \"mood\": 1}]}",
              "messages[0].mood",
              "unknown_parameter"),
          Bad.of(
              "{\"messages\": [{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{\"id\": \"1\"}]}]}",
              "messages[0].tool_calls",
              "unsupported_parameter"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": \"\\ud800\"}]}",
              "messages[0].content",
              "invalid_value"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": \"refuse me\"}]}",
              "messages",
              "invalid_value"),
          Bad.of(
              "{\"max_completion_tokens\": 0}", "max_completion_tokens", "integer_below_min_value"),
          Bad.of(
              "{\"max_tokens\": 5, \"max_completion_tokens\": 6}",
              "max_tokens",
              "invalid_parameter_combination"),
          Bad.of("{\"top_logprobs\": 4}", "top_logprobs", "invalid_value"),
          Bad.of(
              "{\"logprobs\": true, \"top_logprobs\": 21}",
              "top_logprobs",
              "integer_above_max_value"),
          Bad.of("{\"logprobs\": 3}", "logprobs", "invalid_type"),
          Bad.of("{\"tools\": [{\"type\": \"function\"}]}", "tools", "unsupported_parameter"),
          Bad.of("{\"tool_choice\": \"auto\"}", "tool_choice", "unsupported_parameter"),
          Bad.of(
              "{\"parallel_tool_calls\": false}", "parallel_tool_calls", "unsupported_parameter"),
          Bad.of("{\"functions\": [{}]}", "functions", "unsupported_parameter"),
          Bad.of(
              "{\"response_format\": {\"type\": \"json_object\"}}",
              "response_format",
              "unsupported_parameter"),
          Bad.of("{\"modalities\": [\"audio\"]}", "modalities", "unsupported_parameter"),
          Bad.of("{\"audio\": {\"voice\": \"x\"}}", "audio", "unsupported_parameter"),
          Bad.of("{\"reasoning_effort\": \"low\"}", "reasoning_effort", "unsupported_parameter"),
          Bad.of("{\"store\": true}", "store", "unsupported_parameter"),
          Bad.of("{\"prompt\": \"x\"}", "prompt", "unknown_parameter"));

  private static final List<Bad> COMPLETION =
      List.of(
          Bad.of("{\"prompt\": 5}", "prompt", "invalid_type"),
          Bad.of("{\"prompt\": []}", "prompt", "empty_array"),
          Bad.of("{\"prompt\": [[]]}", "prompt[0]", "empty_array"),
          Bad.of("{\"prompt\": [\"a\", [1]]}", "prompt", "invalid_type"),
          Bad.of("{\"prompt\": [1, \"a\"]}", "prompt[1]", "invalid_type"),
          Bad.of("{\"prompt\": [1, 1.5]}", "prompt[1]", "invalid_type"),
          Bad.of("{\"prompt\": [-1]}", "prompt[0]", "integer_below_min_value"),
          Bad.of("{\"prompt\": [99999999]}", "prompt[0]", "integer_above_max_value"),
          Bad.of("{\"prompt\": [true]}", "prompt", "invalid_type"),
          Bad.of("{\"logprobs\": 6}", "logprobs", "integer_above_max_value"),
          Bad.of("{\"logprobs\": true}", "logprobs", "invalid_type"),
          Bad.of("{\"suffix\": \"x\"}", "suffix", "unsupported_parameter"),
          Bad.of("{\"best_of\": 2}", "best_of", "unsupported_parameter"),
          Bad.of("{\"echo\": 1}", "echo", "invalid_type"),
          Bad.of("{\"messages\": []}", "messages", "unknown_parameter"));

  private static final List<Bad> BOTH =
      List.of(
          Bad.of("{\"model\": null}", "model", "missing_required_parameter"),
          Bad.of("{\"model\": 5}", "model", "invalid_type"),
          new Bad("{\"model\": \"nope\"}", 404, "model", "model_not_found"),
          Bad.of("{\"temperature\": -1}", "temperature", "decimal_below_min_value"),
          Bad.of("{\"temperature\": 2.5}", "temperature", "decimal_above_max_value"),
          Bad.of("{\"temperature\": \"hot\"}", "temperature", "invalid_type"),
          Bad.of("{\"temperature\": true}", "temperature", "invalid_type"),
          Bad.of("{\"temperature\": 1e999}", "temperature", "decimal_above_max_value"),
          Bad.of("{\"top_p\": 2}", "top_p", "decimal_above_max_value"),
          Bad.of("{\"max_tokens\": 0}", "max_tokens", "integer_below_min_value"),
          Bad.of("{\"max_tokens\": -5}", "max_tokens", "integer_below_min_value"),
          Bad.of("{\"max_tokens\": 1.5}", "max_tokens", "invalid_type"),
          Bad.of("{\"max_tokens\": \"8\"}", "max_tokens", "invalid_type"),
          Bad.of("{\"max_tokens\": true}", "max_tokens", "invalid_type"),
          Bad.of("{\"max_tokens\": 99999999999}", "max_tokens", "integer_above_max_value"),
          Bad.of(
              "{\"max_tokens\": -99999999999999999999}", "max_tokens", "integer_below_min_value"),
          Bad.of("{\"n\": 0}", "n", "integer_below_min_value"),
          Bad.of("{\"n\": 1000}", "n", "integer_above_max_value"),
          Bad.of("{\"seed\": 1.5}", "seed", "invalid_type"),
          Bad.of("{\"seed\": 99999999999999999999}", "seed", "integer_above_max_value"),
          Bad.of("{\"stop\": [1]}", "stop[0]", "invalid_type"),
          Bad.of("{\"stop\": 5}", "stop", "invalid_type"),
          Bad.of("{\"stop\": \"\"}", "stop", "invalid_value"),
          Bad.of(
              "{\"stop\": [\"a\", \"b\", \"c\", \"d\", \"e\"]}", "stop", "array_above_max_length"),
          Bad.of("{\"stream\": \"yes\"}", "stream", "invalid_type"),
          Bad.of(
              "{\"stream_options\": {\"include_usage\": true}}", "stream_options", "invalid_value"),
          Bad.of(
              "{\"stream\": true, \"stream_options\": {\"include_usage\": 1}}",
              "stream_options.include_usage",
              "invalid_type"),
          Bad.of(
              "{\"stream\": true, \"stream_options\": {\"x\": 1}}",
              "stream_options.x",
              "unknown_parameter"),
          Bad.of("{\"logit_bias\": {\"x\": 1}}", "logit_bias", "invalid_value"),
          Bad.of("{\"logit_bias\": {\"99999\": 1}}", "logit_bias", "invalid_value"),
          Bad.of("{\"logit_bias\": {\"-1\": 1}}", "logit_bias", "invalid_value"),
          Bad.of("{\"logit_bias\": {\"5\": 101}}", "logit_bias.5", "decimal_above_max_value"),
          Bad.of("{\"logit_bias\": {\"5\": \"1\"}}", "logit_bias.5", "invalid_type"),
          Bad.of("{\"logit_bias\": [1]}", "logit_bias", "invalid_type"),
          Bad.of("{\"presence_penalty\": 3}", "presence_penalty", "decimal_above_max_value"),
          Bad.of("{\"frequency_penalty\": \"x\"}", "frequency_penalty", "invalid_type"),
          Bad.of("{\"repetition_penalty\": 0}", "repetition_penalty", "decimal_below_min_value"),
          Bad.of("{\"top_k\": 0.5}", "top_k", "invalid_type"),
          Bad.of("{\"min_p\": 1.5}", "min_p", "decimal_above_max_value"),
          Bad.of("{\"user\": 5}", "user", "invalid_type"),
          Bad.of("{\"metadata\": \"x\"}", "metadata", "invalid_type"),
          Bad.of("{\"service_tier\": \"priority\"}", "service_tier", "unsupported_parameter"),
          Bad.of("{\"no_such_parameter\": 1}", "no_such_parameter", "unknown_parameter"),
          Bad.of("{\"no_such_parameter\": null}", "no_such_parameter", "unknown_parameter"));

  @TestFactory
  List<DynamicTest> shouldRefuseAndNameTheParameter() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Bad bad : CHAT) {
      tests.add(test(Served.CHAT, bad));
    }
    for (Bad bad : COMPLETION) {
      tests.add(test(Served.COMPLETIONS, bad));
    }
    for (Bad bad : BOTH) {
      tests.add(test(Served.CHAT, bad));
      tests.add(test(Served.COMPLETIONS, bad));
    }
    return tests;
  }

  private static DynamicTest test(String path, Bad bad) {
    return DynamicTest.dynamicTest(
        path + " " + bad.change(),
        () -> {
          ObjectNode body = path.equals(Served.CHAT) ? served.chat() : served.completion();
          body.setAll((ObjectNode) Served.JSON.readTree(bad.change()));
          // What Jackson cannot write: a number that is no double, and half a surrogate pair.
          String text =
              body.toString()
                  .replace("\"Infinity\"", "1e999")
                  .replace(String.valueOf((char) 0xd800), "\\ud800");
          JsonNode error = error(served.post(path, text), bad.status());
          assertEquals(bad.param(), error.get("param").textValue(), error.toString());
          assertEquals(bad.code(), error.get("code").textValue(), error.toString());
        });
  }

  private static JsonNode error(Served.Answer answer, int status) {
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

  @Test
  void shouldRefuseWhatIsNoJsonObject() {
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "5",
            "null",
            "\"x\"",
            "{} {}",
            "{\"a\": 1, \"a\": 2}",
            "{'a': 1}",
            "{\"a\": NaN}",
            "{\"a\": 01}",
            "{\"model\": \"fake\",}",
            "\ufeff{}",
            "[".repeat(100_000),
            "{\"a\":".repeat(5000),
            "{\"n\": " + "9".repeat(5000) + "}")) {
      for (String path : List.of(Served.CHAT, Served.COMPLETIONS)) {
        error(served.post(path, body), 400);
      }
    }
  }

  @Test
  void shouldRefuseBytesThatAreNotUtf8() {
    for (byte[] bad :
        new byte[][] {
          {(byte) 0xff, (byte) 0xfe}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xe2, 0x28}
        }) {
      String body = served.chat().toString();
      int at = body.indexOf("hello");
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(body.substring(0, at).getBytes(StandardCharsets.UTF_8));
      bytes.writeBytes(bad);
      bytes.writeBytes(body.substring(at).getBytes(StandardCharsets.UTF_8));
      JsonNode error =
          error(
              served.send(
                  "POST", Served.CHAT, bytes.toByteArray(), "Content-Type", "application/json"),
              400);
      assertTrue(error.get("message").textValue().contains("UTF-8"), error.toString());
    }
  }

  @Test
  void shouldRefusePromptsBeyondTheContext() {
    ObjectNode body = served.chat();
    body.putArray("messages").addObject().put("role", "user").put("content", "word ".repeat(400));
    JsonNode error = error(served.post(Served.CHAT, body), 400);
    assertEquals("context_length_exceeded", error.get("code").textValue());
    assertEquals("messages", error.get("param").textValue());
    assertTrue(error.get("message").textValue().contains("1024"), error.toString());
    error =
        error(
            served.post(
                Served.COMPLETIONS, served.completion().put("prompt", "word ".repeat(200_000))),
            400);
    assertEquals("context_length_exceeded", error.get("code").textValue());
    assertEquals("prompt", error.get("param").textValue());
  }

  @Test
  void shouldRefuseOtherContentTypes() {
    byte[] body = served.chat().toString().getBytes(StandardCharsets.UTF_8);
    error(served.send("POST", Served.CHAT, body, "Content-Type", "text/plain"), 415);
    error(
        served.send("POST", Served.CHAT, body, "Content-Type", "application/x-www-form-urlencoded"),
        415);
    error(served.send("POST", Served.CHAT, body, "Origin", "http://evil.example"), 415);
    assertEquals(200, served.send("POST", Served.CHAT, body).status(), "none at all");
    assertEquals(
        200,
        served
            .send("POST", Served.CHAT, body, "Content-Type", "Application/JSON; charset=utf-8")
            .status());
  }

  @Test
  void shouldRefuseUnknownPathsAndMethods() {
    error(served.get("/v1/nothing"), 404);
    error(served.get("/nothing"), 404);
    error(served.get("/v1/models/nope"), 404);
    error(served.post("/v1/embeddings", "{}"), 404);
    for (String path : List.of(Served.CHAT, Served.COMPLETIONS)) {
      Served.Answer answer = served.get(path);
      error(answer, 405);
      assertEquals("POST", answer.header("allow"));
      error(served.send("DELETE", path, new byte[0]), 405);
    }
    Served.Answer answer = served.post("/v1/models", "{}");
    error(answer, 405);
    assertEquals("GET, HEAD", answer.header("allow"));
  }

  @Test
  void shouldRefuseABodyThatIsTooLargeWhileItIsSent() throws Exception {
    String big = "{" + " ".repeat(20 << 20);
    error(served.post(Served.CHAT, big), 413);
    try (Socket socket = new Socket("127.0.0.1", served.gateway.port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              ("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      + "Transfer-Encoding: chunked\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      byte[] chunk = ("100000\r\n" + " ".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 18; i++) {
        socket.getOutputStream().write(chunk);
      }
      socket.getOutputStream().flush();
      String head = read(socket.getInputStream(), "\r\n\r\n");
      assertTrue(head.startsWith("HTTP/1.1 413 "), head);
      assertTrue(head.toLowerCase(java.util.Locale.ROOT).contains("connection: close"), head);
    }
  }

  @Test
  void shouldAskForTheBodyWhenAClientWaitsForThat() throws Exception {
    byte[] body = served.chat().toString().getBytes(StandardCharsets.UTF_8);
    try (Socket socket = new Socket("127.0.0.1", served.gateway.port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
                  .formatted(Served.CHAT, body.length)
                  .getBytes(StandardCharsets.UTF_8));
      assertTrue(read(socket.getInputStream(), "\r\n\r\n").startsWith("HTTP/1.1 100 "));
      socket.getOutputStream().write(body);
      assertTrue(read(socket.getInputStream(), "\r\n\r\n").startsWith("HTTP/1.1 200 "));
    }
  }

  @Test
  void shouldGiveUpABodyThatNeverComesAndAConnectionThatAsksNothing() throws Exception {
    try (Socket slow = new Socket("127.0.0.1", served.gateway.port());
        Socket idle = new Socket("127.0.0.1", served.gateway.port())) {
      slow.setSoTimeout(20_000);
      idle.setSoTimeout(20_000);
      slow.getOutputStream()
          .write(
              "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
                  .formatted(Served.CHAT)
                  .getBytes(StandardCharsets.UTF_8));
      idle.getOutputStream().write("POST /v1/chat".getBytes(StandardCharsets.UTF_8));
      assertTrue(read(slow.getInputStream(), "\r\n\r\n").startsWith("HTTP/1.1 408 "));
      assertEquals(-1, idle.getInputStream().read());
    }
  }

  @Test
  void shouldRefuseInItsOwnShapeWhatTheRouterRefuses() throws Exception {
    for (String head : List.of("GET /v1/models HTTP/1.1\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n")) {
      try (Socket socket = new Socket("127.0.0.1", served.gateway.port())) {
        socket.setSoTimeout(30_000);
        socket
            .getOutputStream()
            .write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
        assertTrue(answer.contains("{\"error\":{\"message\""), answer);
      }
    }
  }

  @Test
  void shouldAnswerNonsenseAsBadRequest() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", served.gateway.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write("GET /%zz NONSENSE\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      String head = read(socket.getInputStream(), "\r\n\r\n");
      assertTrue(head.matches("(?s)HTTP/1[.][01] 400 .*"), head);
    }
    assertEquals(200, served.get("/healthz").status());
  }

  private static String read(InputStream in, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      int b = in.read();
      if (b < 0) {
        break;
      }
      text.append((char) b);
    }
    return text.toString();
  }
}
