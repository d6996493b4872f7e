package org.weft.node.metrics;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * An HTTP/1.1 listener with a Vert.x of its own: one event loop, which must never block, no files,
 * no resolver. Handlers run on the event loop. Closing ends both.
 */
public final class HttpListener implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int BACKLOG = 1024;
  private static final int MAX_PORT = 65_535;
  private static final int CONNECTIONS = 64;
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final Vertx vertx =
      Vertx.builder().with(options()).withTransport(HalfClosingTransport.overNio()).build();
  private volatile @Nullable HttpServer server;
  private String host = "";

  /** What hears of requests, of what is no request, and of new connections. */
  public record Handlers(
      Handler<HttpServerRequest> requests,
      Handler<HttpServerRequest> invalid,
      Handler<HttpConnection> connections) {}

  /** Listens with handlers that need no Vert.x; see {@link #listen}. */
  public static HttpListener open(String host, int port, Handler<HttpServerRequest> requests) {
    return open(host, port, requests, CONNECTIONS, IDLE);
  }

  /** For whoever asks rarely and is answered at once: so many connections, none of them idle. */
  static HttpListener open(
      String host,
      int port,
      Handler<HttpServerRequest> requests,
      int maxConnections,
      Duration idleTimeout) {
    HttpListener listener = new HttpListener();
    long millis = idleTimeout.toMillis();
    IdleConnections idle = new IdleConnections(listener.vertx(), maxConnections, millis, millis);
    listener.listen(
        host,
        port,
        new Handlers(
            request -> {
              idle.asked(request);
              requests.handle(request);
            },
            HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER,
            idle::opened));
    return listener;
  }

  /** For handlers that are not made yet. */
  public Vertx vertx() {
    return vertx;
  }

  /**
   * Listens, once.
   *
   * @param port 0 lets the system choose
   * @throws NodeException ADDRESS where that is not possible; this is closed then
   */
  public void listen(String host, int port, Handlers handlers) {
    try {
      HttpServer made =
          vertx
              .createHttpServer(
                  new HttpServerOptions()
                      .setHttp2ClearTextEnabled(false)
                      .setAcceptBacklog(BACKLOG)
                      .setTcpNoDelay(true)
                      .setReuseAddress(true))
              .requestHandler(handlers.requests())
              .invalidRequestHandler(handlers.invalid())
              .connectionHandler(handlers.connections())
              .exceptionHandler(e -> {}); // a peer that breaks off is no event
      await(made.listen(SocketAddress.inetSocketAddress(address(host, port))));
      this.server = made;
      this.host = host;
    } catch (ExecutionException e) {
      close();
      throw new NodeException(
          NodeError.ADDRESS,
          "cannot listen on %s:%d (%s): choose another port, or 0 for any"
              .formatted(host, port, reason(e.getCause())));
    } catch (TimeoutException e) {
      close();
      throw new NodeException(
          NodeError.ADDRESS, "listening on %s:%d took too long".formatted(host, port));
    } catch (NodeException e) {
      close();
      throw e;
    }
  }

  /** Where it listens. */
  public int port() {
    HttpServer made = server;
    if (made == null) {
      throw new NodeException(NodeError.ADDRESS, "the HTTP listener does not listen yet");
    }
    return made.actualPort();
  }

  /** Its address; of one that listens everywhere, as this machine sees it. */
  public String url() {
    String name =
        switch (host) {
          case "0.0.0.0", "::" -> "127.0.0.1";
          default -> host.contains(":") ? "[" + host + "]" : host;
        };
    return "http://" + name + ":" + port();
  }

  @Override
  public void close() {
    try {
      await(vertx.close());
    } catch (ExecutionException | TimeoutException e) {
      // Nothing can be done about it, and its threads are daemons of a process that ends.
    }
  }

  private static VertxOptions options() {
    return new VertxOptions()
        .setEventLoopPoolSize(1)
        .setWorkerPoolSize(1)
        .setInternalBlockingPoolSize(1)
        // Processes of a starved machine pause for long: no warnings, which no user could act on.
        .setBlockedThreadCheckInterval(1)
        .setBlockedThreadCheckIntervalUnit(TimeUnit.DAYS)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  /** Resolved by the JDK, so that Vert.x never needs a resolver of its own. */
  private static InetSocketAddress address(String host, int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new NodeException(
          NodeError.ADDRESS, "cannot listen on port " + port + ": it is not in 0 to 65535");
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new NodeException(
          NodeError.ADDRESS, "cannot listen on '%s': no such host".formatted(host));
    }
  }

  private static String reason(@Nullable Throwable cause) {
    String message = cause == null ? null : cause.getMessage();
    return message == null ? "the system refuses it" : message.toLowerCase(Locale.ROOT);
  }

  private static void await(Future<?> future) throws ExecutionException, TimeoutException {
    try {
      future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TimeoutException();
    }
  }
}
