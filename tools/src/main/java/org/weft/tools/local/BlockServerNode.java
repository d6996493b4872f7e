package org.weft.tools.local;

import com.google.protobuf.ByteString;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.crypto.Sha256Tree;
import org.weft.node.directory.Directory;
import org.weft.node.directory.DirectoryConfig;
import org.weft.node.directory.JoinDirectory;
import org.weft.node.metrics.MetricsServer;
import org.weft.node.metrics.NodeMetrics;
import org.weft.node.serving.BlockServer;
import org.weft.node.serving.BlockServerConfig;
import org.weft.node.serving.ServingMetrics;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.transport.DialRule;
import org.weft.node.transport.GrpcTransport;
import org.weft.node.transport.ScheduledTimers;
import org.weft.node.transport.TransportConfig;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.BlockRange;
import org.weft.protocol.v1.Endpoint;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.PeerStatus;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.manifest.Manifest;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.BlockSpan;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.KvType;
import org.weft.shard.model.Span;
import org.weft.tools.user.UserException;

/**
 * A block server's parts, put together: weights, caches, server, transport, directory, metrics.
 * Closed in the other order.
 */
public final class BlockServerNode implements AutoCloseable {
  private static final Duration WARM_UP = Duration.ofSeconds(6);

  private static final Duration DRAIN_NOTICE = Duration.ofSeconds(2);
  private static final Duration REPUBLISH = Duration.ofSeconds(10);

  /** How it is run. */
  public record Settings(
      Path model,
      Optional<Span> span,
      int threads,
      KvType kvType,
      Optional<Long> kvPositions,
      HostPort listen,
      Optional<HostPort> advertise,
      HostPort metrics,
      NetworkId network,
      List<PeerAddress> join,
      Optional<Path> manifest) {
    public Settings {
      join = List.copyOf(join);
    }
  }

  private final Settings settings;
  private final NodeKey key;
  private final Clock clock = Clock.systemUTC();
  private final ScheduledTimers timers = new ScheduledTimers();
  private final Closing closing = new Closing();
  private final AtomicReference<@Nullable JoinDirectory> directory = new AtomicReference<>();
  private final Weights weights;
  private final BlockServer server;
  private final GrpcTransport transport;
  private final MetricsServer metricsServer;

  /** The model's part that this node holds. */
  private record Weights(
      String name, int context, String quantisation, ModelId id, BlockSpan span, KvPool pool) {}

  private BlockServerNode(Settings settings, NodeKey key, WeftHome home, Progress progress) {
    this.settings = settings;
    this.key = key;
    closing.add(timers::close);
    try (OpenModel open = OpenModel.open(settings.model())) {
      ComputePool compute = closing.add(new ComputePool(settings.threads()), ComputePool::close);
      weights = load(open, compute, home, progress);
      BlockServerConfig config =
          BlockServerConfig.defaults()
              .withKvType(settings.kvType())
              .withMaxLength(open.config().context());
      server =
          closing.add(
              new BlockServer(
                  config,
                  key,
                  settings.network(),
                  weights.id(),
                  open.config(),
                  weights.span(),
                  weights.pool(),
                  clock,
                  timers),
              BlockServer::close);
    } catch (RuntimeException refused) {
      closing.close();
      throw refused;
    }
    try {
      TransportConfig config =
          TransportConfig.loopback()
              .listeningAt(settings.listen().host(), settings.listen().port())
              .dialling(DialRule.member(Optional.of(reachedHost()), settings.join()));
      transport =
          closing.add(
              GrpcTransport.listening(
                  key, config, clock, server, (peer, request) -> exchange(peer, request)),
              GrpcTransport::close);
      server.attach(transport);
      // Once more, for what it says last goes out through the transport.
      closing.add(server::close);
      metricsServer =
          closing.add(
              MetricsServer.start(
                  settings.metrics().host(),
                  settings.metrics().port(),
                  closing.add(ServingGauges.of(server, weights.pool()), NodeMetrics::close),
                  () -> server.metrics().draining() ? "draining" : "ok"),
              MetricsServer::close);
      JoinDirectory joined =
          closing.add(
              JoinDirectory.start(
                  key,
                  DirectoryConfig.of(settings.network(), settings.join()),
                  transport,
                  timers,
                  clock),
              JoinDirectory::close);
      directory.set(joined);
      publish(joined);
    } catch (RuntimeException refused) {
      closing.close();
      throw refused;
    }
  }

  /** Loads, warms up, listens and joins; ready when it returns. */
  public static BlockServerNode start(
      Settings settings, NodeKey key, WeftHome home, Progress progress) {
    return new BlockServerNode(settings, key, home, progress);
  }

  private Weights load(OpenModel open, ComputePool compute, WeftHome home, Progress progress) {
    Span span = settings.span().orElse(open.config().wholeSpan());
    if (!open.config().wholeSpan().contains(span)) {
      throw new UserException(
          "blocks "
              + span
              + " are not among the "
              + open.config().blocks()
              + " blocks of "
              + open.path());
    }
    Manifest manifest = manifest(open, span, home, progress);
    BlockSpan blocks =
        closing.add(
            BlockSpan.load(
                open.file(),
                open.config(),
                span,
                compute,
                (done, total) -> progress.bytes("packing blocks " + span, done, total)),
            BlockSpan::close);
    int pages =
        settings
            .kvPositions()
            .map(KvBudget::pagesFor)
            .orElseGet(() -> KvBudget.pages(open.config(), span, settings.kvType()));
    KvPool pool =
        closing.add(new KvPool(open.config(), span, settings.kvType(), pages), KvPool::close);
    progress.say("warming the kernels up");
    blocks.warmUp(settings.kvType(), System.nanoTime() + WARM_UP.toNanos());
    Compilers.stepAside();
    return new Weights(
        open.config().name(),
        open.config().context(),
        open.quantisation(),
        manifest.id(),
        blocks,
        pool);
  }

  private Manifest manifest(OpenModel open, Span span, WeftHome home, Progress progress) {
    if (settings.manifest().isEmpty()) {
      return open.manifest(home, progress);
    }
    Manifest manifest = OpenModel.readManifest(settings.manifest().get());
    manifest.check(
        open.file(), BlockSpan.tensorNames(open.file(), open.config(), span), Sha256Tree::root);
    return manifest;
  }

  /** Hears of peers that cannot be joined through, and when they can be again. */
  public void onJoin(Consumer<JoinDirectory.Join> heard) {
    Objects.requireNonNull(directory.get()).watch(heard);
  }

  private ExchangeReply exchange(NodeId peer, ExchangeRequest request) {
    Directory joined = directory.get();
    return joined == null ? ExchangeReply.getDefaultInstance() : joined.exchange(peer, request);
  }

  /** Says what this node serves, now and with fresh figures from time to time. */
  private void publish(Directory joined) {
    joined.publish(record());
    timers.after(
        REPUBLISH,
        () -> {
          if (!closing.closed()) {
            publish(joined);
          }
        });
  }

  private PeerRecord record() {
    ServingMetrics now = server.metrics();
    HostPort reach = reach();
    return PeerRecord.newBuilder()
        .addEndpoints(Endpoint.newBuilder().setHost(reach.host()).setPort(reach.port()))
        .setModelId(ByteString.copyFrom(weights.id().bytes()))
        .setSpan(BlockRange.newBuilder().setStart(span().start()).setEnd(span().end()))
        .setQuantisation(weights.quantisation())
        .setRowsPerSecond(
            now.computeNanos() == 0 ? 0 : (float) (now.rows() * 1e9 / now.computeNanos()))
        .setStatus(
            now.draining() ? PeerStatus.PEER_STATUS_DRAINING : PeerStatus.PEER_STATUS_SERVING)
        .setFreeKvPages(now.kvPages() - now.kvPagesUsed())
        .setQueueDepth(now.queueDepth())
        .setMetricsUrl(metricsUrl())
        .setProtocolVersion(Wire.VERSION)
        .setMaxLength(Math.min(weights.context(), weights.pool().maxLength()))
        .build();
  }

  /**
   * Where others dial: as told, or where it listens, or, when that is everywhere, this machine's
   * first address.
   */
  private HostPort reach() {
    int told = settings.advertise().map(HostPort::port).orElse(0);
    return new HostPort(reachedHost(), told == 0 ? transport.port() : told);
  }

  private String reachedHost() {
    HostPort listen = settings.listen();
    return settings
        .advertise()
        .map(HostPort::host)
        .orElseGet(() -> listen.anywhere() ? firstAddress() : listen.host());
  }

  private static String firstAddress() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .filter(address -> address instanceof Inet4Address)
          .map(InetAddress::getHostAddress)
          .findFirst()
          .orElse("127.0.0.1");
    } catch (SocketException unknown) {
      return "127.0.0.1";
    }
  }

  public Span span() {
    return weights.span().span();
  }

  public ModelId modelId() {
    return weights.id();
  }

  public String modelName() {
    return weights.name();
  }

  public PeerAddress address() {
    HostPort reach = reach();
    return new PeerAddress(key.id(), List.of(new PeerAddress.HostPort(reach.host(), reach.port())));
  }

  /** As others reach it: where it listens everywhere, at the address that they dial. */
  public String metricsUrl() {
    return settings.metrics().anywhere()
        ? "http://" + new HostPort(reach().host(), metricsServer.port()) + "/metrics"
        : metricsServer.url();
  }

  /** Tells gateways that it leaves, then stops. */
  @Override
  public void close() {
    server.drain(clock.millis() + DRAIN_NOTICE.toMillis());
    closing.close();
  }
}
