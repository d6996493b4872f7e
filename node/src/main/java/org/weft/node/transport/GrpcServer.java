package org.weft.node.transport;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.HelloRequest;

/** The listening side: one port, two services, every caller proven. */
final class GrpcServer {
  private static final long KEEPALIVE_SECONDS = 10;

  /** A peer's own keepalive may come twice as often as ours. */
  private static final long PERMITTED_KEEPALIVE_SECONDS = 5;

  /** With the window of a stream this bounds what a hostile peer can make us hold. */
  private static final int MAX_STREAMS_PER_CONNECTION = 256;

  private static final int BACKLOG = 256;

  private final TransportConfig config;
  private final Server server;
  private int port;

  GrpcServer(
      TransportConfig config,
      Clock clock,
      TlsContexts tls,
      EventLoopGroup loops,
      Timers deadlines,
      HelloRequest own,
      SessionService sessions,
      DirectoryService directory) {
    this.config = config;
    ServedCalls calls = new ServedCalls(own, clock, config);
    AcceptedConnections connections = new AcceptedConnections(config.maxConnections());
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(config.host(), config.port()))
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .channelFactory(() -> new LimitedServerChannel(connections, sessions::bytesArrived))
            .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
            .withOption(ChannelOption.SO_REUSEADDR, true)
            .withChildOption(ChannelOption.TCP_NODELAY, true)
            .sslContext(tls.server())
            .handshakeTimeout(config.connectTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .directExecutor()
            .addTransportFilter(new Callers(clock, connections))
            .addStreamTracerFactory(new CallDeadlines(deadlines, config.callTimeout()))
            .addService(calls.sessions(sessions))
            .addService(calls.directory(directory))
            .flowControlWindow(PeerChannels.STREAM_WINDOW_BYTES)
            .maxInboundMessageSize(Wire.MAX_MESSAGE_BYTES)
            .maxConcurrentCallsPerConnection(MAX_STREAMS_PER_CONNECTION)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(PERMITTED_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(config.idleTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .build();
  }

  /** Binds; ADDRESS where that is not possible. */
  void start() {
    String where = config.host() + ":" + config.port();
    if (new InetSocketAddress(config.host(), config.port()).isUnresolved()) {
      throw new NodeException(
          NodeError.ADDRESS, "Cannot listen on " + where + ": there is no such host.");
    }
    try {
      port = server.start().getPort();
    } catch (IOException e) {
      throw new NodeException(
          NodeError.ADDRESS, "Cannot listen on " + where + ": " + reason(e) + ".");
    }
  }

  private static String reason(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof BindException && message.contains("in use")) {
        return "the port is in use; choose another one, or 0 for any that is free";
      }
      if (message.contains("ermission denied")) {
        return "this user may not use that port; choose one above 1023";
      }
      if (message.contains("assign requested address")) {
        return "that is no address of this machine";
      }
    }
    return "the system refused it";
  }

  int port() {
    return port;
  }

  void shutdownNow() {
    server.shutdownNow();
  }

  void await(long millis) {
    try {
      server.awaitTermination(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
