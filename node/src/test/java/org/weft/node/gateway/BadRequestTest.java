package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bodies, paths, methods and connections that are no request at all, or too much of one. */
final class BadRequestTest {
  private static Served served;

  @BeforeAll
  static void start() {
    served = new Served(config -> config.withWaits(Duration.ofSeconds(2), Duration.ofSeconds(60)));
    served.fake.says("fine");
  }

  @AfterAll
  static void stop() {
    served.close();
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
        Served.error(served.post(path, body), 400);
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
          Served.error(
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
    JsonNode error = Served.error(served.post(Served.CHAT, body), 400);
    assertEquals("context_length_exceeded", error.get("code").textValue());
    assertEquals("messages", error.get("param").textValue());
    assertTrue(error.get("message").textValue().contains("1024"), error.toString());
    error =
        Served.error(
            served.post(
                Served.COMPLETIONS, served.completion().put("prompt", "word ".repeat(200_000))),
            400);
    assertEquals("context_length_exceeded", error.get("code").textValue());
    assertEquals("prompt", error.get("param").textValue());
  }

  @Test
  void shouldRefuseOtherContentTypes() {
    byte[] body = served.chat().toString().getBytes(StandardCharsets.UTF_8);
    Served.error(served.send("POST", Served.CHAT, body, "Content-Type", "text/plain"), 415);
    Served.error(
        served.send("POST", Served.CHAT, body, "Content-Type", "application/x-www-form-urlencoded"),
        415);
    Served.error(served.send("POST", Served.CHAT, body, "Origin", "http://evil.example"), 415);
    assertEquals(200, served.send("POST", Served.CHAT, body).status(), "none at all");
    assertEquals(
        200,
        served
            .send("POST", Served.CHAT, body, "Content-Type", "Application/JSON; charset=utf-8")
            .status());
  }

  @Test
  void shouldRefuseUnknownPathsAndMethods() {
    Served.error(served.get("/v1/nothing"), 404);
    Served.error(served.get("/nothing"), 404);
    Served.error(served.get("/v1/models/nope"), 404);
    Served.error(served.post("/v1/embeddings", "{}"), 404);
    for (String path : List.of(Served.CHAT, Served.COMPLETIONS)) {
      Served.Answer answer = served.get(path);
      Served.error(answer, 405);
      assertEquals("POST", answer.header("allow"));
      Served.error(served.send("DELETE", path, new byte[0]), 405);
    }
    Served.Answer answer = served.post("/v1/models", "{}");
    Served.error(answer, 405);
    assertEquals("GET, HEAD", answer.header("allow"));
  }

  @Test
  void shouldRefuseABodyThatIsTooLargeWhileItIsSent() throws Exception {
    String big = "{" + " ".repeat(20 << 20);
    Served.error(served.post(Served.CHAT, big), 413);
    try (Served patient = new Served();
        Socket socket = new Socket("127.0.0.1", patient.gateway.port())) {
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
      socket.getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(rest.endsWith("}"), "closed as it said, after the whole answer: " + rest);
    }
  }

  @Test
  void shouldAnswerABodyWhoseChunksAreBroken() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", served.gateway.port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\nzz\r\n"
                  .formatted(Served.CHAT)
                  .getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("connection: close"), answer);
      assertTrue(answer.contains("{\"error\":{\"message\""), answer);
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
    try (Served hasty =
            new Served(config -> config.withWaits(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        Socket slow = new Socket("127.0.0.1", hasty.gateway.port());
        Socket idle = new Socket("127.0.0.1", hasty.gateway.port())) {
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
