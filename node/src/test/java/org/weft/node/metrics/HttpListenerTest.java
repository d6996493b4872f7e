package org.weft.node.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class HttpListenerTest {
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final Duration LONG = Duration.ofMinutes(1);

  private static HttpListener open(int maxConnections, Duration idle, boolean answers) {
    return HttpListener.open(
        "127.0.0.1",
        0,
        request -> {
          if (answers) {
            request.response().end("ok");
          }
        },
        maxConnections,
        idle);
  }

  private static Socket dial(HttpListener listener) throws IOException {
    Socket socket = new Socket("127.0.0.1", listener.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void assertAnswered(Socket socket) throws IOException {
    socket.getOutputStream().write(REQUEST);
    byte[] start = socket.getInputStream().readNBytes(12);
    assertEquals("HTTP/1.1 200", new String(start, StandardCharsets.US_ASCII));
  }

  private static boolean ends(Socket socket) throws IOException {
    try {
      var unused = socket.getInputStream().readAllBytes();
      return true;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void shouldCloseConnectionsThatAskNothing() throws Exception {
    try (HttpListener listener = open(10, Duration.ofSeconds(2), true);
        Socket silent = dial(listener);
        Socket asked = dial(listener)) {
      assertAnswered(asked);
      assertTrue(ends(silent));
      assertTrue(ends(asked));
    }
  }

  @Test
  void shouldCloseConnectionsWhoseAnswerIsNotTaken() throws Exception {
    try (HttpListener listener = open(10, Duration.ofMillis(200), false);
        Socket socket = dial(listener)) {
      socket.getOutputStream().write(REQUEST);
      assertTrue(ends(socket));
    }
  }

  @Test
  void shouldCloseConnectionsAboveItsNumber() throws Exception {
    try (HttpListener listener = open(1, LONG, true);
        Socket first = dial(listener)) {
      assertAnswered(first);
      try (Socket second = dial(listener)) {
        assertTrue(ends(second));
      }
    }
  }
}
