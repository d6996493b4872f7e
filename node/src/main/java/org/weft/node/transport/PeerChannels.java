package org.weft.node.transport;

import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.DirectoryGrpc;
import org.weft.protocol.v1.HelloReply;
import org.weft.protocol.v1.HelloRequest;

/**
 * One channel a peer, dialled when first asked for. A channel is handed out only after its peer has
 * proven its identity and agreed on a version, and forgotten as soon as its connection breaks: the
 * next call dials anew. Thread-safe.
 */
final class PeerChannels {
  private static final long KEEPALIVE_SECONDS = 10;
  private static final long IDLE_MINUTES = 10;
  private static final int MAX_ADDRESSES_PER_HOST = 4;

  /**
   * An IP literal as authority, for grpc would otherwise send a host name in the clear (SNI), which
   * libp2p's TLS forbids. Whom we talk to is settled by the certificate.
   */
  private static final String AUTHORITY = "0.0.0.0";

  private final TransportConfig config;
  private final TlsContexts tls;
  private final EventLoopGroup loops;
  private final HelloRequest hello;
  private final ConcurrentHashMap<NodeId, CompletableFuture<ManagedChannel>> channels =
      new ConcurrentHashMap<>();

  /** Those dropped but with streams that still run, too. */
  private final Set<ManagedChannel> alive = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  PeerChannels(TransportConfig config, TlsContexts tls, EventLoopGroup loops, HelloRequest hello) {
    this.config = config;
    this.tls = tls;
    this.loops = loops;
    this.hello = hello;
  }

  /** A channel that is ready, waiting while it is dialled: by {@code patience} at most. */
  ManagedChannel get(PeerAddress peer, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      requireOpen();
      CompletableFuture<ManagedChannel> mine = new CompletableFuture<>();
      CompletableFuture<ManagedChannel> other = channels.putIfAbsent(peer.id(), mine);
      if (other == null) {
        Thread.ofVirtual().name("weft-dial").start(() -> dial(peer, mine));
        return await(mine, peer, end);
      }
      ManagedChannel channel = await(other, peer, end);
      if (channel.getState(false) == ConnectivityState.READY) {
        return channel;
      }
      drop(peer.id(), other, channel);
    }
  }

  /** As long as a dial of all of a peer's endpoints takes at most. */
  Duration dialTime(PeerAddress peer) {
    return config.connectTimeout().multipliedBy(1L + peer.endpoints().size());
  }

  /** Outlives a caller who has no more time: the next one finds the channel ready. */
  private void dial(PeerAddress peer, CompletableFuture<ManagedChannel> mine) {
    try {
      if (channels.size() > config.maxConnections()) {
        throw Failures.transientFailure(
            NodeError.OVERLOADED,
            "This node has " + config.maxConnections() + " connections, as many as it may.");
      }
      ManagedChannel channel = dial(peer);
      mine.complete(channel);
      watch(peer.id(), mine, channel);
    } catch (RuntimeException e) {
      channels.remove(peer.id(), mine);
      mine.completeExceptionally(e);
    }
  }

  private ManagedChannel await(
      CompletableFuture<ManagedChannel> dialling, PeerAddress peer, long end) {
    try {
      return dialling.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      // Several callers may wait for one dial: each gets an exception of its own.
      throw e.getCause() instanceof NodeException same
          ? new NodeException(
              same.error(), String.valueOf(same.getMessage()), same.permanent(), same.retryMillis())
          : new NodeException(NodeError.INTERNAL, "The dial of " + peer.id() + " failed inside.");
    } catch (TimeoutException e) {
      throw Failures.transientFailure(
          NodeError.UNREACHABLE, "The node " + peer.id() + " cannot be reached in time.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failures.closed();
    }
  }

  /** Tries the peer's endpoints in their order; the last failure is told. */
  private ManagedChannel dial(PeerAddress peer) {
    NodeException failure =
        new NodeException(
            NodeError.UNREACHABLE, "The node " + peer.id() + " has no address to dial.", false, 0);
    for (PeerAddress.HostPort endpoint : peer.endpoints()) {
      try {
        InetAddress[] addresses = InetAddress.getAllByName(endpoint.host());
        for (int i = 0; i < Math.min(addresses.length, MAX_ADDRESSES_PER_HOST); i++) {
          try {
            return dial(peer.id(), new InetSocketAddress(addresses[i], endpoint.port()), endpoint);
          } catch (NodeException e) {
            failure = e;
          }
        }
      } catch (UnknownHostException e) {
        failure =
            Failures.transientFailure(
                NodeError.UNREACHABLE,
                "The node " + peer.id() + " cannot be reached: no host " + endpoint.host() + ".");
      }
    }
    throw failure;
  }

  private ManagedChannel dial(
      NodeId peer, InetSocketAddress address, PeerAddress.HostPort endpoint) {
    requireOpen();
    ManagedChannel channel = channel(peer, address);
    alive.removeIf(ManagedChannel::isTerminated);
    alive.add(channel);
    try {
      HelloReply reply = hello(channel, config.connectTimeout());
      int version = reply.getVersion();
      if (version < hello.getMinVersion() || version > hello.getMaxVersion()) {
        throw new NodeException(
            NodeError.INCOMPATIBLE,
            "The node " + peer + " wants to speak version " + version + ", which this one cannot.");
      }
      return channel;
    } catch (StatusRuntimeException e) {
      discard(channel);
      throw closed
          ? Failures.closed()
          : Failures.dial(e.getStatus(), e.getTrailers(), peer, endpoint.toString());
    } catch (NodeException e) {
      discard(channel);
      throw e;
    }
  }

  /** One round trip. */
  HelloReply hello(ManagedChannel channel, Duration deadline) {
    return ClientCalls.blockingUnaryCall(
        channel,
        DirectoryGrpc.getHelloMethod(),
        CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS),
        hello);
  }

  private ManagedChannel channel(NodeId peer, InetSocketAddress address) {
    return NettyChannelBuilder.forAddress(address)
        .eventLoopGroup(loops)
        .channelFactory(PeerChannels::socket, InetSocketAddress.class)
        .withOption(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            Math.toIntExact(config.connectTimeout().toMillis()))
        .withOption(ChannelOption.TCP_NODELAY, true)
        .sslContext(tls.client(peer))
        .overrideAuthority(AUTHORITY)
        .directExecutor()
        .offloadExecutor(Runnable::run)
        .disableRetry()
        .flowControlWindow(ConnectionWindow.STREAM_BYTES)
        .maxInboundMessageSize(Wire.MAX_MESSAGE_BYTES)
        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(true)
        .idleTimeout(IDLE_MINUTES, TimeUnit.MINUTES)
        .build();
  }

  private static NioSocketChannel socket() {
    NioSocketChannel socket = new NioSocketChannel();
    socket.pipeline().addFirst(new ConnectionWindow());
    return socket;
  }

  /** gRPC would dial again by itself, without our Hello: so a channel that breaks is let go. */
  private void watch(NodeId peer, CompletableFuture<ManagedChannel> entry, ManagedChannel channel) {
    channel.notifyWhenStateChanged(ConnectivityState.READY, () -> drop(peer, entry, channel));
    if (closed) {
      discard(channel);
    }
  }

  /** Streams that run on it run on, where its connection still lets them. */
  private void drop(NodeId peer, CompletableFuture<ManagedChannel> entry, ManagedChannel channel) {
    channels.remove(peer, entry);
    channel.shutdown();
  }

  private void discard(ManagedChannel channel) {
    alive.remove(channel);
    channel.shutdownNow();
  }

  private void requireOpen() {
    if (closed) {
      throw Failures.closed();
    }
  }

  /** Ends every channel and what runs on it. */
  void close() {
    closed = true;
    channels.clear();
    for (ManagedChannel channel : alive) {
      discard(channel);
    }
  }
}
