package org.weft.node.transport;

import io.grpc.CallOptions;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.Wire;
import org.weft.protocol.WireMethods;
import org.weft.protocol.v1.HelloReply;
import org.weft.protocol.v1.HelloRequest;

/**
 * Dials: a channel is given out only after its peer has proven its identity and agreed on a
 * version. Knows every channel that stands, and ends them all. Thread-safe.
 */
final class Dialler {
  /** A channel, and which of its peer's endpoints it was dialled at. */
  record Dialled(ManagedChannel channel, PeerAddress.HostPort at) {}

  private static final long KEEPALIVE_SECONDS = 10;
  private static final long IDLE_MINUTES = 10;
  private static final int MAX_ADDRESSES_PER_HOST = 4;

  /** Black holes among a peer's endpoints leave each of the others at least so long. */
  private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * An IP literal as authority, for grpc would otherwise send a host name in the clear (SNI), which
   * libp2p's TLS forbids. Whom we talk to is settled by the certificate.
   */
  private static final String AUTHORITY = "0.0.0.0";

  private final TransportConfig config;
  private final TlsContexts tls;
  private final EventLoopGroup loops;
  private final HelloRequest hello;

  /** Those let go but with streams that still run, too. */
  private final Set<ManagedChannel> alive = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  Dialler(TransportConfig config, TlsContexts tls, EventLoopGroup loops, HelloRequest hello) {
    this.config = config;
    this.tls = tls;
    this.loops = loops;
    this.hello = hello;
  }

  /** As long as a dial of all of a peer's endpoints takes at most: two may be black holes. */
  Duration dialTime() {
    return config.connectTimeout().multipliedBy(2);
  }

  /** Tries the peer's endpoints in their order, until {@code end}; the last failure is told. */
  Dialled dial(PeerAddress peer, long end) {
    NodeException failure =
        Failures.transientFailure(
            NodeError.UNREACHABLE, "The node " + peer.id() + " has no address to dial.");
    int untried = peer.endpoints().size();
    for (PeerAddress.HostPort endpoint : peer.endpoints()) {
      try {
        for (InetSocketAddress address : addresses(peer.id(), endpoint)) {
          try {
            return dial(peer.id(), address, endpoint, patience(peer.id(), end, untried));
          } catch (NodeException e) {
            failure = e;
          }
        }
      } catch (NodeException e) {
        failure = e;
      }
      untried--;
    }
    throw failure;
  }

  private long patience(NodeId peer, long end, int untried) {
    requireOpen();
    long left = end - System.nanoTime();
    if (left <= 0) {
      throw Failures.transientFailure(
          NodeError.UNREACHABLE, "The node " + peer + " cannot be reached in time.");
    }
    long share = Math.max(left / untried, Math.min(left, LEAST_NANOS));
    return Math.min(share, config.connectTimeout().toNanos());
  }

  /** Those of a host that may be dialled: what was checked is what is dialled. */
  private List<InetSocketAddress> addresses(NodeId peer, PeerAddress.HostPort endpoint) {
    String start = "The node " + peer + " cannot be reached";
    InetAddress[] all;
    try {
      all = InetAddress.getAllByName(endpoint.host());
    } catch (UnknownHostException e) {
      throw Failures.transientFailure(
          NodeError.UNREACHABLE, start + ": no host " + endpoint.host() + ".");
    }
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (int i = 0; i < Math.min(all.length, MAX_ADDRESSES_PER_HOST); i++) {
      if (config.dials().allows(endpoint, all[i])) {
        addresses.add(new InetSocketAddress(all[i], endpoint.port()));
      }
    }
    if (addresses.isEmpty()) {
      throw Failures.transientFailure(
          NodeError.UNREACHABLE,
          start
              + " at "
              + endpoint
              + ": a private address, which a member of a public swarm does not dial.");
    }
    return addresses;
  }

  private Dialled dial(
      NodeId peer, InetSocketAddress address, PeerAddress.HostPort endpoint, long nanos) {
    ManagedChannel channel = channel(peer, address);
    alive.removeIf(ManagedChannel::isTerminated);
    alive.add(channel);
    try {
      HelloReply reply = hello(channel, Duration.ofNanos(nanos));
      int version = reply.getVersion();
      if (version < hello.getMinVersion() || version > hello.getMaxVersion()) {
        throw new NodeException(
            NodeError.INCOMPATIBLE,
            "The node " + peer + " wants to speak version " + version + ", which this one cannot.");
      }
      requireOpen();
      return new Dialled(channel, endpoint);
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
        WireMethods.hello(),
        CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS),
        hello);
  }

  private ManagedChannel channel(NodeId peer, InetSocketAddress address) {
    return NettyChannelBuilder.forAddress(address)
        .eventLoopGroup(loops)
        .channelType(NioSocketChannel.class, InetSocketAddress.class)
        .withOption(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            Math.toIntExact(config.connectTimeout().toMillis()))
        .withOption(ChannelOption.TCP_NODELAY, true)
        .sslContext(tls.client(peer))
        .overrideAuthority(AUTHORITY)
        .directExecutor()
        .offloadExecutor(Runnable::run)
        .disableRetry()
        .flowControlWindow(PeerChannels.STREAM_WINDOW_BYTES)
        .maxInboundMessageSize(Wire.MAX_MESSAGE_BYTES)
        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(true)
        .idleTimeout(IDLE_MINUTES, TimeUnit.MINUTES)
        .build();
  }

  /** Ends a channel and what runs on it. */
  void discard(ManagedChannel channel) {
    alive.remove(channel);
    channel.shutdownNow();
  }

  void requireOpen() {
    if (closed) {
      throw Failures.closed();
    }
  }

  void close() {
    closed = true;
    for (ManagedChannel channel : alive) {
      discard(channel);
    }
  }
}
