package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Clients that hang up, read slowly, or come in a crowd. */
final class StreamingTest {
  private static ObjectNode endless(Served served, boolean stream) {
    return served
        .completion()
        .put("temperature", 1)
        .put("max_tokens", 100_000)
        .put("stream", stream);
  }

  @Test
  void shouldSendEveryTokenAsSoonAsItIsThere() throws Exception {
    try (Served served = new Served()) {
      served.fake.says("hgfedcba").holdsAt(6 + 3);
      try (Socket socket =
          served.raw(Served.COMPLETIONS, served.completion().put("stream", true).toString())) {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\"text\":\"f\"") < 0) { // while the fourth token is held up
          text.append(next(socket));
        }
        served.fake.awaitHeld();
        assertTrue(text.toString().startsWith("HTTP/1.1 200 OK"), text.toString());
      }
      served.fake.awaitClosed();
    }
  }

  @Test
  void shouldCloseTheSessionWhenAClientHangsUp() throws Exception {
    try (Served served = new Served()) {
      for (boolean stream : new boolean[] {true, false}) {
        for (int position : new int[] {6, 20}) { // in the prefill, and in decoding
          served.fake.wanders().holdsAt(position);
          Socket socket = served.raw(Served.COMPLETIONS, endless(served, stream).toString());
          served.fake.awaitHeld();
          assertTrue(served.metric("weft_kv_pages_used") > 0);
          socket.close();
          served.fake.awaitClosed();
          Served.await(() -> served.fake.used() == 0, "positions free");
        }
      }
      Served.await(
          () -> served.get("/metrics").text().contains("status=\"499\""), "counted as 499");
    }
  }

  @Test
  void shouldAnswerAClientThatHasSaidAllAndClosedItsSide() throws Exception {
    try (Served served = new Served()) {
      served.fake.says("hgfedcba");
      for (boolean stream : new boolean[] {true, false}) {
        try (Socket socket =
            served.raw(Served.COMPLETIONS, served.completion().put("stream", stream).toString())) {
          socket.shutdownOutput();
          String answer = new String(readAll(socket), StandardCharsets.UTF_8);
          assertTrue(answer.startsWith("HTTP/1.1 200 OK"), answer);
          assertTrue(answer.contains(stream ? "[DONE]" : "\"total_tokens\""), answer);
        }
      }
    }
  }

  @Test
  void shouldForgetAClientThatHangsUpWhileItWaitsForItsTurn() throws Exception {
    try (Served served = new Served(config -> config.withConcurrency(1, 1))) {
      served.fake.wanders().holdsAt(6);
      try (Socket first = served.raw(Served.COMPLETIONS, endless(served, false).toString())) {
        served.fake.awaitHeld();
        Socket second = served.raw(Served.COMPLETIONS, endless(served, true).toString());
        Served.await(() -> served.metric("weft_requests_queued") == 1, "one in the queue");
        Served.Answer third = served.post(Served.COMPLETIONS, served.completion());
        assertEquals(503, third.status());
        assertEquals("overloaded", third.json().at("/error/code").textValue());
        assertEquals("2", third.header("retry-after"));
        second.close();
        Served.await(() -> served.metric("weft_requests_queued") == 0, "an empty queue");
        assertEquals(1, served.fake.opened());
        assertTrue(first.isConnected());
      }
      served.fake.awaitClosed();
    }
  }

  @Test
  void shouldForgetAClientThatHangsUpWhileTheCachesAreFull() throws Exception {
    try (Served served = new Served()) {
      served.fake.wanders().capacity(10);
      Socket socket = served.raw(Served.COMPLETIONS, endless(served, false).toString());
      Served.await(() -> served.metric("weft_requests_active") == 1, "one at work");
      socket.close();
      Served.await(() -> served.metric("weft_requests_active") == 0, "nobody at work");
    }
  }

  @Test
  void shouldRefuseWith503WhenTheCachesStayFull() {
    try (Served served = new Served(1024, false, Duration.ofMillis(5), config -> config)) {
      served.fake.says("x").capacity(10);
      for (boolean stream : new boolean[] {false, true}) {
        Served.Answer answer =
            served.post(Served.COMPLETIONS, served.completion().put("stream", stream));
        assertEquals(503, answer.status(), answer.text());
        assertEquals("out_of_cache", answer.json().at("/error/code").textValue());
        assertEquals("1", answer.header("retry-after"));
      }
      assertTrue(served.metric("weft_faults_total") >= 2);
    }
  }

  @Test
  void shouldPauseForASlowReaderAndGiveItUpInTheEnd() throws Exception {
    try (Served served =
        new Served(
            200_000,
            false,
            Duration.ofSeconds(5),
            config -> config.withWaits(Duration.ofSeconds(30), Duration.ofMillis(300)))) {
      served.fake.wanders();
      try (Socket socket = new Socket()) {
        socket.setReceiveBufferSize(4096);
        socket.connect(new java.net.InetSocketAddress("127.0.0.1", served.gateway.port()));
        byte[] body =
            endless(served, true).put("logprobs", 5).toString().getBytes(StandardCharsets.UTF_8);
        socket
            .getOutputStream()
            .write(
                ("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                        .formatted(body.length))
                    .getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().write(body);
        Served.await(() -> served.fake.used() > 0, "a session");
        Served.await(() -> served.fake.used() == 0, "the session is closed");
        assertTrue(
            served.fake.steps() < 100_000, "it generated on while nobody read: no backpressure");
      }
    }
  }

  @Test
  void shouldGiveACrowdWhatEachGetsAlone() throws Exception {
    try (Served served = new Served(config -> config.withConcurrency(4, 100))) {
      served.fake.wanders().capacity(200);
      List<String> alone = new ArrayList<>();
      List<Callable<String>> crowd = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        ObjectNode body =
            served
                .completion()
                .put("prompt", "Chapter " + i)
                .put("temperature", 0.8)
                .put("seed", i)
                .put("max_tokens", 24);
        Callable<String> ask =
            () -> served.good(Served.COMPLETIONS, body).at("/choices/0/text").textValue();
        alone.add(ask.call());
        crowd.add(ask);
      }
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<String> together = new ArrayList<>();
        for (Future<String> text : threads.invokeAll(crowd)) {
          together.add(text.get());
        }
        assertEquals(alone, together);
      }
    }
  }

  @Test
  void shouldEndStreamsWithinItsPatienceWhenItCloses() throws Exception {
    Served served = new Served();
    served.fake.wanders().holdsAt(12);
    try (Socket socket = served.raw(Served.COMPLETIONS, endless(served, true).toString())) {
      served.fake.awaitHeld();
      served.close();
      String text = new String(readAll(socket), StandardCharsets.UTF_8);
      assertTrue(text.contains("data: {"), text);
      assertTrue(!text.contains("[DONE]"), text);
    }
  }

  @Test
  void shouldServeSeveralRequestsOnOneConnection() throws Exception {
    try (Served served = new Served()) {
      served.fake.says("x");
      String body = served.completion().toString();
      try (Socket socket = served.raw(Served.COMPLETIONS, body)) {
        String first = response(socket);
        String request =
            "POST /v1/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(body.length(), body);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        String rest = new String(readAll(socket), StandardCharsets.UTF_8);
        assertTrue(first.contains("\"text\":\"x\""), first);
        assertTrue(rest.contains("\"text\":\"x\""), rest);
      }
    }
  }

  @Test
  void shouldEndAStreamWithTheConnectionWhenTheClientKnowsNoChunks() throws Exception {
    try (Served served = new Served()) {
      served.fake.says("abc");
      for (boolean stream : new boolean[] {true, false}) {
        String body = served.completion().put("stream", stream).toString();
        String request =
            "POST /v1/completions HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(body.length(), body);
        try (Socket socket = new Socket("127.0.0.1", served.gateway.port())) {
          socket.setSoTimeout(30_000);
          socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
          // An answer of known length leaves the connection to the next request.
          String answer =
              stream ? new String(readAll(socket), StandardCharsets.UTF_8) : response(socket);
          assertTrue(answer.contains(stream ? "data: [DONE]\n\n" : "\"text\":\"abc\""), answer);
          assertTrue(
              answer
                  .toLowerCase(Locale.ROOT)
                  .contains("connection: " + (stream ? "close" : "keep-alive")),
              answer);
        }
      }
    }
  }

  @Test
  void shouldKeepAConnectionWhoseSecondRequestCameEarly() throws Exception {
    try (Served served =
        new Served(config -> config.withWaits(Duration.ofSeconds(1), Duration.ofSeconds(30)))) {
      served.fake.wanders().holdsAt(6);
      String body = endless(served, false).toString();
      String both =
          "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nPOST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(body.length(), body);
      try (Socket busy = new Socket("127.0.0.1", served.gateway.port())) {
        busy.getOutputStream().write(both.getBytes(StandardCharsets.UTF_8));
        served.fake.awaitHeld();
        try (Socket idle = new Socket("127.0.0.1", served.gateway.port())) {
          idle.setSoTimeout(30_000);
          assertEquals(-1, idle.getInputStream().read()); // its time has run out, and any before
        }
        assertEquals(1, served.metric("weft_requests_active"));
      }
      served.fake.awaitClosed();
    }
  }

  private static String response(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\"total_tokens\"") < 0 || text.charAt(text.length() - 1) != '}') {
      text.append(next(socket));
    }
    text.append(next(socket));
    return text.toString();
  }

  private static char next(Socket socket) throws IOException {
    int b = socket.getInputStream().read();
    if (b < 0) {
      throw new IOException("the connection ended");
    }
    return (char) b;
  }

  private static byte[] readAll(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      return new byte[0]; // reset: as good as an end
    }
  }
}
