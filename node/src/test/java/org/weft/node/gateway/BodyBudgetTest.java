package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What the bodies of all clients together may hold, and that it comes back however they end. */
final class BodyBudgetTest {
  private static final int FREE = BodyBudget.FREE_BYTES;
  private static final int EACH = 64 << 10;
  private static final int CLIENTS = 8;

  /** Room for what eight clients hold that lack one byte each, and for half of another. */
  private static final long ALL = CLIENTS * (EACH - FREE) + (EACH - FREE) / 2;

  @Test
  void shouldGiveBackWhatItTookWhenAShareIsClosedTwice() {
    BodyBudget budget = new BodyBudget(100);
    BodyBudget.Share one = budget.share();
    BodyBudget.Share other = budget.share();
    assertTrue(one.take(FREE));
    assertEquals(0, budget.heldBytes(), "the first bytes are free");
    assertTrue(one.take(60));
    assertTrue(other.take(FREE + 40), "to the last byte");
    assertFalse(one.take(1));
    assertFalse(other.hasRoomFor(FREE + 41));
    assertTrue(other.hasRoomFor(FREE + 40), "it has them");
    assertTrue(budget.share().take(FREE), "small ones come through");
    one.close();
    one.close();
    assertEquals(40, budget.heldBytes());
    other.close();
    assertEquals(0, budget.heldBytes());
  }

  @Test
  void shouldRefuseALargeBodyAndServeASmallOneWhenManyHoldNearlyAll() throws Exception {
    try (Served served = served()) {
      List<Socket> clients = new ArrayList<>();
      try {
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(unfinished(served, EACH, EACH - 1));
        }
        awaitHeld(served, CLIENTS * (long) (EACH - 1 - FREE));
        Served.Answer answer = served.post(Served.CHAT, padded(served, EACH));
        assertEquals("overloaded", Served.error(answer, 503).get("code").textValue());
        assertEquals("2", answer.header("retry-after"));
        assertRefusedWhileItComes(served);
        assertEquals(200, served.post(Served.CHAT, padded(served, FREE)).status());
        awaitHeld(served, CLIENTS * (long) (EACH - 1 - FREE));
      } finally {
        for (Socket client : clients) {
          client.close();
        }
      }
      awaitHeld(served, 0);
      assertEquals(200, served.post(Served.CHAT, padded(served, EACH)).status());
      awaitHeld(served, 0);
    }
  }

  @Test
  void shouldHoldItsShareWhileARequestGeneratesAndGiveItBackWhenTheClientHangsUp()
      throws Exception {
    try (Served served = served()) {
      served.fake.holdsAt(6);
      try (Socket socket = served.raw(Served.CHAT, padded(served, EACH))) {
        served.fake.awaitHeld();
        assertEquals(EACH - FREE, held(served));
        assertTrue(socket.isConnected());
      }
      served.fake.awaitClosed();
      awaitHeld(served, 0);
    }
  }

  @Test
  void shouldGiveBackItsShareWhenARequestIsRefused() throws Exception {
    try (Served served = served()) {
      for (String path : List.of(Served.CHAT, Served.COMPLETIONS)) {
        Served.error(served.post(path, " ".repeat(EACH)), 400);
        Served.error(served.post(path, "{\"model\":\"other\"}" + " ".repeat(EACH / 2)), 404);
      }
      Served.error(served.post(Served.CHAT, " ".repeat(EACH + 1)), 413);
      awaitHeld(served, 0);
      try (Socket socket = chunked(served)) {
        chunk(socket, EACH / 2);
        awaitHeld(served, EACH / 2 - FREE);
        chunk(socket, EACH);
        assertTrue(status(socket).startsWith("HTTP/1.1 413 "));
        assertEquals(0, held(served), "though the connection is still there");
      }
      try (Socket socket = chunked(served)) {
        chunk(socket, EACH / 2);
        awaitHeld(served, EACH / 2 - FREE);
        socket.getOutputStream().write("zz\r\n".getBytes(StandardCharsets.UTF_8));
        assertTrue(status(socket).startsWith("HTTP/1.1 400 "));
        assertEquals(0, held(served));
      }
    }
  }

  @Test
  void shouldGiveBackItsShareWhenABodyTakesTooLong() throws Exception {
    try (Served served =
        new Served(config ->
            config
                .withBodyBytes(EACH, ALL)
                .withWaits(Duration.ofMillis(200), Duration.ofSeconds(30)))) {
      try (Socket socket = unfinished(served, EACH, EACH - 1)) {
        assertTrue(status(socket).startsWith("HTTP/1.1 408 "));
        assertEquals(0, held(served));
      }
    }
  }

  private static Served served() {
    Served served = new Served(config -> config.withBodyBytes(EACH, ALL));
    served.fake.says("fine");
    return served;
  }

  /** Of a length that it does not say. */
  private static void assertRefusedWhileItComes(Served served) throws IOException {
    try (Socket socket = chunked(served)) {
      chunk(socket, EACH - 1);
      String head = status(socket).toLowerCase(Locale.ROOT);
      assertTrue(head.startsWith("http/1.1 503 "), head);
      assertTrue(head.contains("\r\nretry-after: 2\r\n"), head);
      assertTrue(head.contains("\r\nconnection: close\r\n"), head);
    }
  }

  /** A chat request of this many bytes. */
  private static String padded(Served served, int bytes) {
    String text = served.chat().toString();
    return text + " ".repeat(bytes - text.length());
  }

  private static Socket unfinished(Served served, int declared, int sent) throws IOException {
    Socket socket = open(served, "Content-Length: " + declared);
    socket.getOutputStream().write(" ".repeat(sent).getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static Socket chunked(Served served) throws IOException {
    return open(served, "Transfer-Encoding: chunked");
  }

  private static void chunk(Socket socket, int bytes) throws IOException {
    String chunk = Integer.toHexString(bytes) + "\r\n" + " ".repeat(bytes) + "\r\n";
    socket.getOutputStream().write(chunk.getBytes(StandardCharsets.UTF_8));
  }

  private static Socket open(Served served, String header) throws IOException {
    Socket socket = new Socket("127.0.0.1", served.gateway.port());
    socket.setSoTimeout(20_000);
    String head =
        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n\r\n"
            .formatted(Served.CHAT, header);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  /** The head of the answer. */
  private static String status(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        break;
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static long held(Served served) {
    return (long) served.metric("weft_requests_body_bytes");
  }

  private static void awaitHeld(Served served, long bytes) {
    Served.await(() -> held(served) == bytes, bytes + " bytes are held");
  }
}
