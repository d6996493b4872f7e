package org.weft.node.transport;

import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.Wire;
import org.weft.protocol.WireMethods;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.DirectoryGrpc;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.HelloReply;
import org.weft.protocol.v1.HelloRequest;
import org.weft.protocol.v1.SessionsGrpc;
import org.weft.protocol.v1.Up;

/** The listening side: one port, two services, every caller proven. */
final class GrpcServer {
  private static final long KEEPALIVE_SECONDS = 10;

  /** A peer's own keepalive may come twice as often as ours. */
  private static final long PERMITTED_KEEPALIVE_SECONDS = 5;

  /** With the window of a stream this bounds what a hostile peer can make us hold. */
  private static final int MAX_STREAMS_PER_CONNECTION = 256;

  private static final int MAX_UNARY_CALLS = 256;
  private static final int BACKLOG = 256;

  private final TransportConfig config;
  private final Clock clock;
  private final HelloRequest own;
  private final Semaphore unaryCalls = new Semaphore(MAX_UNARY_CALLS);
  private final Server server;
  private int port;

  GrpcServer(
      TransportConfig config,
      Clock clock,
      TlsContexts tls,
      EventLoopGroup loops,
      HelloRequest own,
      SessionService sessions,
      DirectoryService directory) {
    this.config = config;
    this.clock = clock;
    this.own = own;
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(config.host(), config.port()))
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .channelFactory(() -> new LimitedServerChannel(config.maxConnections()))
            .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
            .withOption(ChannelOption.SO_REUSEADDR, true)
            .withChildOption(ChannelOption.TCP_NODELAY, true)
            .sslContext(tls.server())
            .handshakeTimeout(config.connectTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .directExecutor()
            .addTransportFilter(new Callers(clock))
            .addService(sessionsDefinition(sessions))
            .addService(directoryDefinition(directory))
            .flowControlWindow(PeerChannels.STREAM_WINDOW_BYTES)
            .maxInboundMessageSize(Wire.MAX_MESSAGE_BYTES)
            .maxConcurrentCallsPerConnection(MAX_STREAMS_PER_CONNECTION)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(PERMITTED_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
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

  private ServerServiceDefinition sessionsDefinition(SessionService sessions) {
    return ServerServiceDefinition.builder(SessionsGrpc.SERVICE_NAME)
        .addMethod(WireMethods.chain(), chain(sessions))
        .addMethod(WireMethods.gather(), gather(sessions))
        .addMethod(SessionsGrpc.getAskMethod(), new UnaryHandler<>(sessions::ask, unaryCalls))
        .addMethod(SessionsGrpc.getEndMethod(), new UnaryHandler<>(sessions::end, unaryCalls))
        .build();
  }

  private ServerServiceDefinition directoryDefinition(DirectoryService directory) {
    return ServerServiceDefinition.builder(DirectoryGrpc.SERVICE_NAME)
        .addMethod(DirectoryGrpc.getHelloMethod(), new UnaryHandler<>(this::hello, unaryCalls))
        .addMethod(
            DirectoryGrpc.getExchangeMethod(), new UnaryHandler<>(directory::exchange, unaryCalls))
        .build();
  }

  private HelloReply hello(NodeId peer, HelloRequest request) {
    int version = Math.min(own.getMaxVersion(), request.getMaxVersion());
    if (version < own.getMinVersion() || version < request.getMinVersion()) {
      throw new NodeException(
          NodeError.INCOMPATIBLE,
          "This node speaks versions %s to %s of the protocol, and its peer %s to %s."
              .formatted(
                  own.getMinVersion(),
                  own.getMaxVersion(),
                  Integer.toUnsignedString(request.getMinVersion()),
                  Integer.toUnsignedString(request.getMaxVersion())));
    }
    return HelloReply.newBuilder()
        .setVersion(version)
        .addAllFeatures(own.getFeaturesList())
        .setSoftware(own.getSoftware())
        .setUnixMs(clock.millis())
        .build();
  }

  private ServerCallHandler<Down, Up> chain(SessionService sessions) {
    return (call, headers) -> {
      IncomingStream<Down, Up> stream = new IncomingStream<>(call, config.sendTimeout());
      stream.open(out -> new ChainService(sessions.chain(Callers.peer(call), out)));
      return stream;
    };
  }

  private ServerCallHandler<Collect, Collected> gather(SessionService sessions) {
    return (call, headers) -> {
      IncomingStream<Collect, Collected> stream = new IncomingStream<>(call, config.sendTimeout());
      stream.open(out -> new GatherService(sessions, Callers.peer(call), out));
      return stream;
    };
  }

  private record ChainService(SessionService.Inbound inbound)
      implements IncomingStream.Service<Down> {
    @Override
    public void received(Down frame) {
      inbound.received(frame);
    }

    @Override
    public boolean receivedAtOnce(Down frame) {
      return inbound.receivedAtOnce(frame);
    }

    @Override
    public boolean endsWithThePeer() {
      return true;
    }

    @Override
    public void ended() {
      inbound.ended();
    }
  }

  /** The collector's one request opens it. */
  private static final class GatherService implements IncomingStream.Service<Collect> {
    private final SessionService sessions;
    private final NodeId peer;
    private final SessionService.Outbound<Collected> out;
    private Runnable gone = () -> {};
    private boolean asked;

    GatherService(SessionService sessions, NodeId peer, SessionService.Outbound<Collected> out) {
      this.sessions = sessions;
      this.peer = peer;
      this.out = out;
    }

    @Override
    public void received(Collect request) {
      if (asked) {
        throw new NodeException(NodeError.PROTOCOL, "A collector asks once.");
      }
      asked = true;
      gone = sessions.gather(peer, request, out);
    }

    @Override
    public boolean endsWithThePeer() {
      return !asked;
    }

    @Override
    public void ended() {
      gone.run();
    }
  }
}
