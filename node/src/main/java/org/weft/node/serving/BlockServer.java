package org.weft.node.serving;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.SessionId;
import org.weft.node.transport.SessionService;
import org.weft.node.transport.Timers;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Up;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.BlockSpan;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.ModelConfig;

/**
 * A node that serves blocks: the hop's side of the session protocol (docs/protocol.md). Made first,
 * then given to a listening transport, then {@link #attach}ed to it, since each needs the other.
 * Thread-safe. The span and the pool stay the caller's, who closes them after the server.
 */
public final class BlockServer implements SessionService, AutoCloseable {
  /** For frames that say goodbye, where a peer does not take them. */
  private static final Duration FAREWELL = Duration.ofMillis(500);

  private final SendingThreads threads = new SendingThreads();
  private final Host host;
  private final StepScheduler scheduler;
  private final SessionTable table;

  public BlockServer(
      BlockServerConfig config,
      NodeKey key,
      NetworkId network,
      ModelId model,
      ModelConfig numbers,
      BlockSpan span,
      KvPool pool,
      Clock clock,
      Timers timers) {
    this(
        config,
        key.id(),
        network,
        model,
        new ModelCompute(span, pool, numbers, config.batchRows()),
        clock,
        timers);
  }

  /** With any arithmetic: for tests too. */
  BlockServer(
      BlockServerConfig config,
      NodeId self,
      NetworkId network,
      ModelId model,
      SpanCompute compute,
      Clock clock,
      Timers timers) {
    host = new Host(config, compute, clock, timers, threads);
    scheduler = new StepScheduler(host);
    Admission admission = new Admission(config, self, network, model, compute, clock);
    table = new SessionTable(host, admission, scheduler);
    scheduler.start();
  }

  /** Through what the next hops are dialled. Before this no session with one opens. */
  public void attach(Transport transport) {
    host.attach(transport);
  }

  /**
   * Says to every gateway that this node will leave by then, and refuses new sessions; those that
   * run go on. Again calls say it again.
   */
  public void drain(long byUnixMillis) {
    host.locked(() -> table.drain(byUnixMillis));
  }

  public ServingMetrics metrics() {
    host.lock().lock();
    try {
      SpanCompute compute = host.compute();
      return host.counters()
          .snapshot(compute.usedPages(), compute.pages(), table.size(), table.draining());
    } finally {
      host.lock().unlock();
    }
  }

  @Override
  public void bytesArrived() {
    scheduler.expect();
  }

  @Override
  public Inbound chain(NodeId peer, Outbound<Up> out) {
    return new InboundChain(peer, out, host, table);
  }

  @Override
  public Runnable gather(NodeId peer, Collect request, Outbound<Collected> out) {
    Optional<SessionKey> key =
        SessionKey.of(request.getGateway(), request.getSessionId(), request.getSpan());
    if (key.isEmpty()) {
      out.send(
          Collected.newBuilder()
              .setFault(
                  FaultReason.permanent(
                          FaultCode.FAULT_CODE_PROTOCOL, "A Collect that names no session.")
                      .at(0, request.getEpoch()))
              .build());
      out.finish();
      return () -> {};
    }
    Collector collector = new Collector(peer, key.get(), request.getEpoch(), out, host);
    host.locked(() -> table.collect(collector));
    return () -> host.locked(() -> gone(collector));
  }

  private void gone(Collector collector) {
    collector.gone();
    table.collectors().remove(collector);
    HopSession session = collector.session();
    if (session != null) {
      session.collectorGone(collector);
    }
  }

  /** Answers the gateway of a session and its predecessor; to anyone else nothing is known. */
  @Override
  public ProbeReport ask(NodeId peer, Probe probe) {
    if (probe.getGateway().size() != NodeId.BYTES
        || probe.getSessionId().size() != SessionId.BYTES) {
      return ProbeReport.getDefaultInstance();
    }
    NodeId gateway = NodeId.of(probe.getGateway().toByteArray());
    SessionId id = SessionId.of(probe.getSessionId().toByteArray());
    host.lock().lock();
    try {
      for (HopSession session : table.ofName(gateway, id)) {
        boolean asked =
            !probe.hasSpan()
                || (probe.getSpan().getStart() == session.key().span().start()
                    && probe.getSpan().getEnd() == session.key().span().end());
        boolean may =
            peer.equals(session.key().gateway()) || peer.equals(session.plan().predecessor());
        if (asked && may) {
          return session.report();
        }
      }
      return ProbeReport.getDefaultInstance();
    } finally {
      host.lock().unlock();
    }
  }

  /**
   * Frees a session, all of its spans here; from its gateway alone. A session that was never seen
   * is remembered, so that an Open on its way opens nothing.
   *
   * @throws NodeException WRONG_PEER, PROTOCOL, or STALE_EPOCH where the session has moved on
   */
  @Override
  public Closed end(NodeId peer, Close close) {
    if (!ByteString.copyFrom(peer.bytes()).equals(close.getGateway())) {
      throw new NodeException(NodeError.WRONG_PEER, "A session is ended by its own gateway alone.");
    }
    SessionId id = SessionId.of(close.getSessionId().toByteArray());
    host.lock().lock();
    try {
      List<HopSession> sessions = table.ofName(peer, id);
      for (HopSession session : sessions) {
        if (close.getEpoch() < session.epoch()) {
          throw new NodeException(
              NodeError.STALE_EPOCH, "The session stands at epoch %d.".formatted(session.epoch()));
        }
      }
      sessions.forEach(session -> table.close(session, close.getEpoch()));
      if (sessions.isEmpty()) {
        table.closedUnseen(peer, id, close.getEpoch());
      }
      return table
          .recall(peer, id)
          .map(ClosedSessions.Memory::counts)
          .orElse(Closed.getDefaultInstance());
    } finally {
      host.lock().unlock();
    }
  }

  /**
   * Ends every session and the compute thread. Peers hear that this node leaves, then their streams
   * end: so the transport is closed after the server. Again calls do nothing.
   */
  @Override
  public void close() {
    host.locked(() -> {
      table.drain(host.clock().millis());
      for (HopSession session : table.all()) {
        session.fault(FaultReason.LEAVING);
        session.end();
      }
    });
    threads.awaitIdle(FAREWELL);
    scheduler.close();
  }
}
