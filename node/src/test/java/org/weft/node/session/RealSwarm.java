package org.weft.node.session;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.directory.DirectoryConfig;
import org.weft.node.directory.JoinDirectory;
import org.weft.node.routing.Route;
import org.weft.node.routing.Router;
import org.weft.node.routing.RouterConfig;
import org.weft.node.serving.BlockServer;
import org.weft.node.serving.BlockServerConfig;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.GrpcTransport;
import org.weft.node.transport.ScheduledTimers;
import org.weft.node.transport.Transport;
import org.weft.node.transport.TransportConfig;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.Endpoint;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.PeerStatus;
import org.weft.shard.model.KvType;
import org.weft.shard.model.Span;

/**
 * Block servers and a gateway in one process, all of it real: the model, mutual TLS over sockets,
 * directories, the router, the clock. Every link between two nodes is a wire that tests can cut.
 */
final class RealSwarm implements AutoCloseable {
  static final NetworkId NETWORK = NetworkId.named("real");

  final RealModel model;
  final Clock clock = Clock.systemUTC();
  final ScheduledTimers timers = new ScheduledTimers();
  final NodeKey gateway = TicketFixture.key();
  final List<WiredTransport.Sent> sent = new CopyOnWriteArrayList<>();
  private final BlockServerConfig config;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Link, LinkProxy> wires = new ConcurrentHashMap<>();
  private final List<Runnable> closing = new ArrayList<>();
  private @Nullable Gateway joined;

  private record Link(NodeId from, NodeId to) {}

  /** One block server. */
  record Node(
      NodeKey key,
      Span span,
      RealModel.Blocks blocks,
      BlockServer server,
      GrpcTransport transport,
      Transport wired,
      JoinDirectory directory) {
    NodeId id() {
      return key.id();
    }

    PeerAddress address() {
      return new PeerAddress(key.id(), "127.0.0.1", transport.port());
    }

    int pages() {
      return server.metrics().kvPagesUsed();
    }

    /** As a killed process: nothing more is said. */
    void kill() {
      transport.close();
      server.close();
    }
  }

  /** The gateway's side. */
  record Gateway(Transport wired, JoinDirectory directory, Router router) {}

  RealSwarm(RealModel model) {
    this(model, BlockServerConfig.defaults());
  }

  RealSwarm(RealModel model, BlockServerConfig config) {
    this.model = model;
    this.config = config;
  }

  Node node(int start, int end) {
    NodeKey key = TicketFixture.key();
    Span span = new Span(start, end);
    RealModel.Blocks blocks = model.load(span);
    BlockServer server =
        new BlockServer(
            config,
            key,
            NETWORK,
            model.id,
            model.config,
            blocks.span(),
            blocks.cache(),
            clock,
            timers);
    AtomicReference<@Nullable JoinDirectory> own = new AtomicReference<>();
    GrpcTransport transport =
        GrpcTransport.listening(
            key,
            TransportConfig.loopback(),
            clock,
            server,
            (peer, request) -> {
              JoinDirectory directory = own.get();
              return directory == null
                  ? ExchangeReply.getDefaultInstance()
                  : directory.exchange(peer, request);
            });
    Transport wired = wired(transport);
    server.attach(wired);
    List<PeerAddress> seed = nodes.isEmpty() ? List.of() : List.of(nodes.getFirst().address());
    JoinDirectory directory =
        JoinDirectory.start(key, DirectoryConfig.of(NETWORK, seed), wired, timers, clock);
    own.set(directory);
    directory.publish(says(span, transport.port()).build());
    Node node = new Node(key, span, blocks, server, transport, wired, directory);
    nodes.add(node);
    return node;
  }

  /** What a node that serves {@code span} says of itself. */
  PeerRecord.Builder says(Span span, int port) {
    return PeerRecord.newBuilder()
        .addEndpoints(Endpoint.newBuilder().setHost("127.0.0.1").setPort(port))
        .setModelId(ByteString.copyFrom(model.id.bytes()))
        .setSpan(TicketWriter.range(span))
        .setStatus(PeerStatus.PEER_STATUS_SERVING)
        .setFreeKvPages(RealModel.PAGES)
        .setProtocolVersion(Wire.VERSION)
        .setMaxLength(model.config.context());
  }

  private Transport wired(Transport real) {
    return new WiredTransport(real, peer -> throughWire(real.self(), peer), sent::add);
  }

  private PeerAddress throughWire(NodeId from, PeerAddress peer) {
    int port = peer.endpoints().getFirst().port();
    LinkProxy wire = wires.computeIfAbsent(new Link(from, peer.id()), link -> new LinkProxy(port));
    return new PeerAddress(peer.id(), "127.0.0.1", wire.port());
  }

  /** The wire over which {@code from} dials {@code to}. */
  LinkProxy wire(NodeId from, Node to) {
    return wires.computeIfAbsent(
        new Link(from, to.id()), link -> new LinkProxy(to.transport().port()));
  }

  /** Every wire to a node and from it. */
  List<LinkProxy> wiresOf(Node node) {
    return wires.entrySet().stream()
        .filter(
            wire -> wire.getKey().from().equals(node.id()) || wire.getKey().to().equals(node.id()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Joins with what runs by now. */
  Gateway gateway() {
    Gateway known = joined;
    if (known != null) {
      return known;
    }
    GrpcTransport dialling = GrpcTransport.dialling(gateway, TransportConfig.loopback(), clock);
    Transport wired = wired(dialling);
    closing.add(dialling::close);
    List<PeerAddress> peers = nodes.stream().map(Node::address).toList();
    JoinDirectory directory =
        JoinDirectory.start(gateway, DirectoryConfig.of(NETWORK, peers), wired, timers, clock);
    closing.add(directory::close);
    Gateway fresh =
        new Gateway(wired, directory, new Router(directory, RouterConfig.standard(), clock));
    ChainFixture.await(
        () -> {
          directory.refresh();
          return nodes.stream().allMatch(node -> proven(directory, node));
        },
        "the gateway to know every node");
    joined = fresh;
    return fresh;
  }

  private boolean proven(JoinDirectory directory, Node node) {
    return find(directory, node).flatMap(directory::roundTrip).isPresent();
  }

  private Optional<VerifiedRecord> find(JoinDirectory directory, Node node) {
    return directory.records(model.id).stream()
        .filter(record -> record.node().equals(node.id()))
        .findFirst();
  }

  ChainSessionFactory sessions(ChainConfig chainConfig) {
    return sessions(chainConfig, ChainRepair.none());
  }

  ChainSessionFactory sessions(ChainConfig chainConfig, ChainRepair repair) {
    Gateway self = gateway();
    ChainSessionFactory factory =
        new ChainSessionFactory(
            gateway,
            NETWORK,
            self.wired(),
            timers,
            clock,
            self.directory(),
            self.router(),
            chainModel(),
            chainConfig,
            repair);
    closing.add(factory::close);
    return factory;
  }

  ChainModel chainModel() {
    return ChainModel.exact(
        model.id,
        model.config.name(),
        model.config.blocks(),
        model.config.width(),
        model.config.context(),
        KvType.F16);
  }

  Route.Hop hop(Node node, int start, int end) {
    VerifiedRecord record = find(gateway().directory(), node).orElseThrow();
    return new Route.Hop(record, new Span(start, end));
  }

  Route route(Node... hops) {
    List<Route.Hop> route = new ArrayList<>();
    for (Node hop : hops) {
      route.add(hop(hop, hop.span().start(), hop.span().end()));
    }
    return new Route(route);
  }

  /** Rows below {@code base} that {@code to} was sent in {@code epoch}. */
  int rowsSentAgain(Node to, long epoch, int base) {
    return sent.stream()
        .filter(each -> each.to().equals(to.id()) && each.epoch() == epoch)
        .mapToInt(
            each -> Math.max(0, Math.min(base, each.position() + each.rows()) - each.position()))
        .sum();
  }

  /** Sooner than any lease ends. */
  void awaitFreed(Node... freed) {
    for (Node node : freed) {
      ChainFixture.await(
          () -> node.pages() == 0 && node.server().metrics().sessions() == 0,
          "pages of blocks " + node.span());
    }
  }

  /** A peer of its own key, that dials past the wires. */
  GrpcTransport stranger() {
    GrpcTransport stranger =
        GrpcTransport.dialling(TicketFixture.key(), TransportConfig.loopback(), clock);
    closing.add(stranger::close);
    return stranger;
  }

  static ChainConfig chunks(int rows) {
    return ChainConfig.standard().withChunkRows(rows);
  }

  /** Finds a silent hop within seconds, and takes a slow one for slow. */
  static ChainConfig watchful() {
    return new ChainConfig(
        16,
        8,
        Duration.ofSeconds(8),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        Duration.ofMinutes(1),
        20,
        4);
  }

  @Override
  public void close() {
    closing.reversed().forEach(Runnable::run);
    nodes.parallelStream()
        .forEach(node -> {
          node.kill();
          node.directory().close();
          node.blocks().close();
        });
    wires.values().forEach(LinkProxy::close);
    timers.close();
  }
}
