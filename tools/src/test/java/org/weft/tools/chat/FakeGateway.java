package org.weft.tools.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.weft.tools.user.Json;

/**
 * A gateway that answers each chat with the bytes that it was told, and then, where it was told so,
 * says nothing more and keeps the connection. One thread accepts; each connection is a request.
 */
public final class FakeGateway implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 120;

  /** What is sent, and whether the connection ends after it. */
  private record Script(String bytes, boolean ends) {}

  private final ServerSocket server;
  private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
  private final BlockingQueue<Socket> held = new LinkedBlockingQueue<>();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final List<String> questions = new CopyOnWriteArrayList<>();

  public FakeGateway() throws IOException {
    server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** The next chat is answered by a whole stream of one piece. */
  public FakeGateway says(String text) {
    return streams(piece(text) + finish() + "data: [DONE]\n\n");
  }

  /** The next chat is answered by a stream of these events, after which the connection ends. */
  public FakeGateway streams(String events) {
    scripts.add(new Script(head() + events, true));
    return this;
  }

  /** The next chat is answered by these events, if any, and then by nothing more. */
  public FakeGateway stopsAfter(String events) {
    scripts.add(new Script(events.isEmpty() ? "" : head() + events, false));
    return this;
  }

  public static String piece(String text) {
    return "data: {\"choices\": [{\"delta\": {\"content\": \""
        + text
        + "\"}, \"finish_reason\": null}]}\n\n";
  }

  public static String finish() {
    return "data: {\"choices\": [{\"delta\": {}, \"finish_reason\": \"stop\"}]}\n\n";
  }

  /** The last message of each chat so far. */
  public List<String> questions() {
    return List.copyOf(questions);
  }

  /** Waits for a chat that has been sent all that it will hear. */
  public void awaitHeld() throws InterruptedException {
    if (held.poll(PATIENCE_SECONDS, TimeUnit.SECONDS) == null) {
      throw new AssertionError("nobody asked");
    }
  }

  private static String head() {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = server.accept();
        connections.add(connection);
        Thread.ofVirtual().start(() -> answer(connection));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private void answer(Socket connection) {
    try {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
      boolean chat = in.readLine().startsWith("POST ");
      int length = 0;
      for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
        if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
        }
      }
      if (chat) {
        questions.add(lastMessage(in, length));
      }
      Script script = chat ? scripts.remove() : models();
      connection.getOutputStream().write(script.bytes().getBytes(StandardCharsets.UTF_8));
      if (script.ends()) {
        connection.shutdownOutput();
      } else {
        held.add(connection);
      }
    } catch (IOException gone) {
      return;
    }
  }

  /** Reads a body that is ASCII. */
  private static String lastMessage(BufferedReader in, int length) throws IOException {
    char[] body = new char[length];
    for (int at = 0; at < length; ) {
      at += Math.max(0, in.read(body, at, length - at));
    }
    JsonNode messages = Json.read(new String(body)).path("messages");
    return messages.path(messages.size() - 1).path("content").asText();
  }

  private static Script models() {
    String body = "{\"data\": [{\"id\": \"fake\"}]}";
    return new Script(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body,
        true);
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
