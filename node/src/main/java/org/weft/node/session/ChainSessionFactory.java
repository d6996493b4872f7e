package org.weft.node.session;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.directory.Directory;
import org.weft.node.routing.Route;
import org.weft.node.routing.RouteRequest;
import org.weft.node.routing.RouteSearch;
import org.weft.node.routing.Router;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.SessionId;
import org.weft.node.transport.Timers;
import org.weft.node.transport.Transport;

/** Sessions over chains of peers, for one model. Thread-safe. */
public final class ChainSessionFactory implements SessionFactory {
  private final ChainDriver.Shared shared;
  private final Router router;
  private final Directory directory;
  private final SecureRandom random = new SecureRandom();
  private final Set<ChainSession> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private int present; // guarded by lock: sessions that still have something to say to a hop
  private volatile boolean closed;

  /**
   * @param key the gateway's: signs tickets, and is the identity that {@code transport} shows
   * @param repair what a session does when its chain breaks in the middle of a step
   */
  public ChainSessionFactory(
      NodeKey key,
      NetworkId network,
      Transport transport,
      Timers timers,
      Clock clock,
      Directory directory,
      Router router,
      ChainModel model,
      ChainConfig config,
      ChainRepair repair) {
    if (!key.id().equals(transport.self())) {
      throw new NodeException(
          NodeError.ARGUMENT, "a gateway's tickets and its connections must have one key");
    }
    this.router = router;
    this.directory = directory;
    shared =
        new ChainDriver.Shared(
            transport,
            timers,
            new TicketWriter(key, network, model, config, clock),
            model,
            config,
            key.id(),
            repair,
            router::failed);
  }

  /**
   * Opens over the best chain, and over others where peers refuse, before it gives the last refusal
   * as the reason.
   */
  @Override
  public ChainSession open(int maxLength, HiddenSource source, Cancellation cancellation) {
    RouteRequest request = request(maxLength);
    Set<NodeId> refusing = new HashSet<>();
    NodeException last = null;
    for (int tries = 0; tries < shared.config().maxRoutes(); tries++) {
      Route route = route(request.leavingOut(refusing), last);
      ChainSession session = session(route, maxLength, source);
      Optional<ChainFault> fault = open(session, cancellation);
      if (fault.isEmpty()) {
        return session;
      }
      last = fault.get().toException();
      int hop = fault.get().hop();
      if (hop == ChainFault.GATEWAY || !mayGoBetterElsewhere(fault.get().error())) {
        throw last;
      }
      refusing.add(route.hops().get(hop).record().node());
    }
    throw last == null ? ChainFault.closed().toException() : last;
  }

  /** A session that is cancelled is closed, and no other chain is tried. */
  private static Optional<ChainFault> open(ChainSession session, Cancellation cancellation) {
    Cancellation.Registration registration = cancellation.onCancel(session::close);
    try {
      return session.open();
    } finally {
      registration.close();
    }
  }

  /** Opens over a chain that was chosen by hand. */
  public ChainSession open(Route route, int maxLength, HiddenSource source) {
    var unused = request(maxLength);
    ChainSession session = session(route, maxLength, source);
    Optional<ChainFault> fault = session.open();
    if (fault.isPresent()) {
      throw fault.get().toException();
    }
    return session;
  }

  /**
   * What every block of the model accepts at some peer; the model's own context without a chain.
   */
  @Override
  public int maxLength() {
    int context = shared.model().context();
    int longest = router.maxLength(request(1), context);
    return longest > 0 ? longest : context;
  }

  /** Sessions that are open. */
  int sessions() {
    return open.size();
  }

  /** Closes every session, and waits a little for the hops to hear of it. */
  @Override
  public void close() {
    closed = true;
    open.forEach(ChainSession::close);
    lock.lock();
    try {
      long left = shared.config().closeDeadline().toNanos();
      while (present > 0 && left > 0) {
        left = quiet.awaitNanos(left);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private RouteRequest request(int maxLength) {
    ChainModel model = shared.model();
    if (closed) {
      throw ChainFault.closed().toException();
    }
    if (maxLength > model.context()) {
      throw new NodeException(
          NodeError.TOO_LONG,
          maxLength + " positions are more than the " + model.context() + " that the model has");
    }
    return RouteRequest.of(model.id(), model.name(), model.blocks(), maxLength)
        .pinned(model.numerics());
  }

  private Route route(RouteRequest request, @Nullable NodeException refusal) {
    RouteSearch search = router.find(request);
    if (search instanceof RouteSearch.NoRoute && refusal == null) {
      // Somebody may have come since the last round.
      directory.refresh();
      search = router.find(request);
    }
    return switch (search) {
      case RouteSearch.Found(Route route, long nanos) -> route;
      case RouteSearch.NoRoute(int block, String sentence) ->
          throw refusal != null
              ? refusal
              : new NodeException(NodeError.NO_ROUTE, sentence, false, 0);
    };
  }

  private ChainSession session(Route route, int maxLength, HiddenSource source) {
    ChainConfig config = shared.config();
    int chunkRows = RowSender.chunkRows(shared.model(), config);
    ChainLimits limits =
        new ChainLimits(
            maxLength,
            Math.min(chunkRows, maxLength),
            config.maxInFlight(),
            config.openDeadline().toNanos(),
            config.stepDeadline().toNanos(),
            config.maxStalls(),
            config.maxStalls() * 8 + 8);
    var holder = new ChainSession[1];
    ChainSession session =
        new ChainSession(
            shared, SessionId.random(random), route, limits, source, () -> left(holder[0]));
    holder[0] = session;
    lock.lock();
    try {
      present++;
    } finally {
      lock.unlock();
    }
    open.add(session);
    if (closed) {
      session.close();
    }
    return session;
  }

  private void left(ChainSession session) {
    open.remove(session);
    lock.lock();
    try {
      present--;
      quiet.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether another peer may do what this one refused. */
  private static boolean mayGoBetterElsewhere(NodeError error) {
    return switch (error) {
      case NO_ROUTE,
          UNREACHABLE,
          WRONG_PEER,
          INCOMPATIBLE,
          PROTOCOL,
          STALE_EPOCH,
          WRONG_MODEL,
          OUT_OF_CACHE,
          OVERLOADED,
          TOO_LONG,
          DEADLINE,
          DRAINING,
          UNSUPPORTED,
          TICKET,
          INTERNAL ->
          true;
      case NON_FINITE, CLOSED, ADDRESS, STORAGE, ARGUMENT -> false;
    };
  }
}
