package org.weft.tools.local;

import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.crypto.NodeKey;
import org.weft.node.directory.DirectoryConfig;
import org.weft.node.directory.JoinDirectory;
import org.weft.node.gateway.SwarmView;
import org.weft.node.metrics.NodeMetrics;
import org.weft.node.routing.Router;
import org.weft.node.routing.RouterConfig;
import org.weft.node.session.ChainConfig;
import org.weft.node.session.ChainModel;
import org.weft.node.session.ChainRepair;
import org.weft.node.session.ChainSessionFactory;
import org.weft.node.session.SessionFactory;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.DialRule;
import org.weft.node.transport.GrpcTransport;
import org.weft.node.transport.ScheduledTimers;
import org.weft.node.transport.TransportConfig;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.KvType;

/** The gateway's side of a swarm: dials, joins, routes, opens chains. It listens to nobody. */
public final class SwarmBackend implements Backend {
  private final Closing closing;
  private final OpenModel open;
  private final ModelId model;
  private final JoinDirectory directory;
  private final ChainSessionFactory sessions;

  private SwarmBackend(
      Closing closing,
      OpenModel open,
      ModelId model,
      JoinDirectory directory,
      ChainSessionFactory sessions) {
    this.closing = closing;
    this.open = open;
    this.model = model;
    this.directory = directory;
    this.sessions = sessions;
  }

  /** Joins and pulls the directory once. */
  public static SwarmBackend join(
      OpenModel open,
      ModelId model,
      NodeKey key,
      NetworkId network,
      List<PeerAddress> peers,
      KvType kvType) {
    return Closing.whole(closing -> join(closing, open, model, key, network, peers, kvType));
  }

  private static SwarmBackend join(
      Closing closing,
      OpenModel open,
      ModelId model,
      NodeKey key,
      NetworkId network,
      List<PeerAddress> peers,
      KvType kvType) {
    Clock clock = Clock.systemUTC();
    ScheduledTimers timers = closing.add(new ScheduledTimers(), ScheduledTimers::close);
    GrpcTransport transport =
        closing.add(
            GrpcTransport.dialling(
                key,
                TransportConfig.loopback().dialling(DialRule.member(Optional.empty(), peers)),
                clock),
            GrpcTransport::close);
    JoinDirectory directory =
        closing.add(
            JoinDirectory.start(key, DirectoryConfig.of(network, peers), transport, timers, clock),
            JoinDirectory::close);
    Router router = new Router(directory, RouterConfig.standard(), clock);
    ChainModel chain =
        ChainModel.exact(
            model,
            open.config().name(),
            open.config().blocks(),
            open.config().width(),
            open.config().context(),
            kvType);
    ChainSessionFactory sessions =
        closing.add(
            new ChainSessionFactory(
                key,
                network,
                transport,
                timers,
                clock,
                directory,
                router,
                chain,
                ChainConfig.standard(),
                ChainRepair.none()),
            ChainSessionFactory::close);
    directory.refresh();
    return new SwarmBackend(closing, open, model, directory, sessions);
  }

  /** Tells of peers that cannot be joined through, as {@link JoinDirectory#watch} does. */
  @Override
  public void onJoin(Consumer<JoinDirectory.Join> heard) {
    directory.watch(heard);
  }

  @Override
  public SessionFactory sessions() {
    return sessions;
  }

  @Override
  public String fingerprint() {
    return "weft_" + model.toString().substring(0, 12);
  }

  @Override
  public SwarmView view() {
    List<SwarmView.Node> nodes = directory.records(model).stream().map(SwarmBackend::node).toList();
    return new SwarmView(
        open.config().name(), model.toString(), open.config().blocks(), false, nodes);
  }

  private static SwarmView.Node node(VerifiedRecord record) {
    String status =
        record
            .record()
            .getStatus()
            .name()
            .replaceFirst("^PEER_STATUS_", "")
            .toLowerCase(Locale.ROOT);
    String metrics = record.record().getMetricsUrl();
    return new SwarmView.Node(
        record.node().toString(),
        record.span(),
        record.endpoints().stream().map(PeerAddress.HostPort::toString).toList(),
        metrics.isEmpty() ? Optional.empty() : Optional.of(metrics),
        status);
  }

  @Override
  public void bind(NodeMetrics metrics) {
    metrics.gauge(
        "weft.peers",
        "Block servers that the directory knows",
        () -> directory.records(model).size());
  }

  @Override
  public void close() {
    closing.close();
  }
}
