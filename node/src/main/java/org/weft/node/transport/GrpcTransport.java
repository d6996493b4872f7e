package org.weft.node.transport;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslProvider;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.crypto.TlsIdentity;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.protocol.Wire;
import org.weft.protocol.WireMethods;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.HelloRequest;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;

/**
 * gRPC over Netty and mutual TLS 1.3.
 *
 * <p>The life of a connection: a call names a peer; {@link PeerChannels} dials its endpoints in
 * order, TLS proves on both sides who is there ({@link TlsContexts}), Hello settles the version,
 * and the channel is shared by all calls until it breaks. Bytes are moved by two event-loop
 * threads; every stream has a virtual thread of its own ({@link OutgoingStream}, {@link
 * IncomingStream}). Thread-safe.
 */
public final class GrpcTransport implements Transport {
  private static final String SOFTWARE = "weft";

  /** Together well under the two seconds that {@link #close} may take. */
  private static final long SERVER_CLOSE_MILLIS = 800;

  private static final long LOOPS_CLOSE_MILLIS = 800;

  private final NodeId self;
  private final TransportConfig config;
  private final EventLoopGroup loops;
  private final Dialler dialler;
  private final PeerChannels channels;
  private final @Nullable GrpcServer server;
  private volatile boolean closed;

  private GrpcTransport(
      NodeKey key,
      TransportConfig config,
      Clock clock,
      SslProvider provider,
      @Nullable Timers deadlines,
      @Nullable SessionService sessions,
      @Nullable DirectoryService directory) {
    self = key.id();
    this.config = config;
    TlsContexts tls = new TlsContexts(TlsIdentity.create(key, clock), clock, provider);
    loops = EventLoops.start();
    dialler = new Dialler(config, tls, loops, hello());
    channels = new PeerChannels(config, dialler);
    try {
      server =
          sessions == null || directory == null
              ? null
              : new GrpcServer(
                  config,
                  clock,
                  tls,
                  loops,
                  deadlines == null ? EventLoops.timers(loops) : deadlines,
                  hello(),
                  sessions,
                  directory);
      if (server != null) {
        server.start();
      }
    } catch (RuntimeException e) {
      EventLoops.stop(loops, LOOPS_CLOSE_MILLIS);
      throw e;
    }
  }

  /** A transport that dials only: what a gateway needs. */
  public static GrpcTransport dialling(NodeKey key, TransportConfig config, Clock clock) {
    return new GrpcTransport(key, config, clock, TlsContexts.best(), null, null, null);
  }

  /**
   * One that listens too, from now on: services are called as soon as peers dial.
   *
   * @throws NodeException ADDRESS where the address cannot be listened on
   */
  public static GrpcTransport listening(
      NodeKey key,
      TransportConfig config,
      Clock clock,
      SessionService sessions,
      DirectoryService directory) {
    return listening(key, config, clock, TlsContexts.best(), null, sessions, directory);
  }

  /** With a TLS provider, and timers of peers' calls, of the caller's choice, for tests. */
  static GrpcTransport listening(
      NodeKey key,
      TransportConfig config,
      Clock clock,
      SslProvider provider,
      @Nullable Timers deadlines,
      SessionService sessions,
      DirectoryService directory) {
    return new GrpcTransport(key, config, clock, provider, deadlines, sessions, directory);
  }

  /** With a TLS provider of the caller's choice, for tests. */
  static GrpcTransport dialling(
      NodeKey key, TransportConfig config, Clock clock, SslProvider provider) {
    return new GrpcTransport(key, config, clock, provider, null, null, null);
  }

  private static HelloRequest hello() {
    return HelloRequest.newBuilder()
        .setMinVersion(Wire.MIN_VERSION)
        .setMaxVersion(Wire.VERSION)
        .addAllFeatures(VerifiedTicket.KNOWN_FEATURES)
        .setSoftware(SOFTWARE)
        .build();
  }

  /** The port listened on; -1 for one that dials only. */
  public int port() {
    return server == null ? -1 : server.port();
  }

  @Override
  public NodeId self() {
    return self;
  }

  @Override
  public ChainStream chain(PeerAddress peer, ChainListener listener) {
    var stream = stream(peer, WireMethods.chain(), listener);
    stream.open(channels, dialler.dialTime(), null);
    return new ChainStream() {
      @Override
      public boolean send(Down frame) {
        return stream.send(frame);
      }

      @Override
      public boolean sendAtOnce(Down frame) {
        return stream.sendAtOnce(frame);
      }

      @Override
      public void cancel() {
        stream.cancel();
      }
    };
  }

  @Override
  public GatherStream gather(PeerAddress peer, Collect request, GatherListener listener) {
    var stream = stream(peer, WireMethods.gather(), listener);
    stream.open(channels, dialler.dialTime(), request);
    return stream::cancel;
  }

  private <Q extends MessageLite, R> OutgoingStream<Q, R> stream(
      PeerAddress peer, MethodDescriptor<Q, R> method, FrameListener<R> listener) {
    return new OutgoingStream<>(peer, method, listener, config.sendTimeout(), () -> closed);
  }

  @Override
  public ProbeReport ask(PeerAddress peer, Probe probe, Duration deadline) {
    return call(peer, WireMethods.ask(), probe, deadline);
  }

  @Override
  public Closed end(PeerAddress peer, Close close, Duration deadline) {
    return call(peer, WireMethods.end(), close, deadline);
  }

  private <Q, R> R call(
      PeerAddress peer, MethodDescriptor<Q, R> method, Q request, Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    ManagedChannel channel = channels.get(peer, deadline);
    return told(peer, () -> call(channel, method, request, end));
  }

  @Override
  public ExchangeReply exchange(PeerAddress peer, ExchangeRequest request, Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    return told(
        peer,
        () ->
            channels.inBackground(
                peer,
                deadline,
                false,
                channel -> call(channel, WireMethods.exchange(), request, end)));
  }

  private static <Q, R> R call(
      ManagedChannel channel, MethodDescriptor<Q, R> method, Q request, long end) {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    return ClientCalls.blockingUnaryCall(channel, method, options, request);
  }

  @Override
  public Duration ping(PeerAddress peer, Duration deadline) {
    return told(
        peer,
        () ->
            channels.inBackground(
                peer,
                deadline,
                true,
                channel -> {
                  long start = System.nanoTime();
                  var unused = dialler.hello(channel, deadline);
                  return Duration.ofNanos(System.nanoTime() - start);
                }));
  }

  private <T> T told(PeerAddress peer, Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw failure(e, peer);
    }
  }

  private NodeException failure(StatusRuntimeException e, PeerAddress peer) {
    return closed ? Failures.closed() : Failures.of(e.getStatus(), e.getTrailers(), peer.id());
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    channels.close();
    if (server != null) {
      server.shutdownNow();
      server.await(SERVER_CLOSE_MILLIS);
    }
    EventLoops.stop(loops, LOOPS_CLOSE_MILLIS);
  }
}
