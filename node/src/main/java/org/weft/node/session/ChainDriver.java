package org.weft.node.session;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.SessionId;
import org.weft.node.transport.Timers;
import org.weft.node.transport.Transport;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.RowCodec;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.HopTimes;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Result;
import org.weft.shard.ShardException;

/**
 * Carries out what {@link ChainState} decides: the threads of the session's callers send, the
 * streams' threads take results over, timers bring deadlines.
 *
 * <p>Locks: {@code sending} orders what goes down the chain and may be held while a peer's window
 * is full; {@code lock} guards the state, is never held over I/O, and is taken second.
 */
final class ChainDriver {
  /** What all sessions of one factory share. */
  record Shared(
      Transport transport,
      Timers timers,
      TicketWriter tickets,
      ChainModel model,
      ChainConfig config,
      NodeId gateway,
      ChainRepair repair,
      Consumer<NodeId> blamed) {}

  private final Shared shared;
  private final SessionId id;
  private final ChainLimits limits;
  private final HopCalls calls;
  private final HangUp hangUp;
  private final ReentrantLock sending = new ReentrantLock();
  private final RowSender rows; // guarded by sending
  private final ReentrantLock lock = new ReentrantLock();

  // All below is guarded by lock.
  private final Condition changed = lock.newCondition();
  private final ChainState state;
  private final Deque<ChainAction.Outgoing> outgoing = new ArrayDeque<>();
  private final StepOutput output;

  /** Peers that may still hold something of this session. */
  private final Map<NodeId, PeerAddress> holders = new HashMap<>();

  private Route route;
  private @Nullable ChainLinks links;
  private @Nullable ChainFault failure;
  private boolean ready;
  private boolean done;
  private @Nullable ChainFault blamed;
  private Timers.@Nullable Timer timer;
  private long timerNanos = Long.MAX_VALUE;
  private List<HopTimes> lastTimes = List.of();
  private long lastRoundTripNanos;
  private boolean draining;

  /** Whether a peer may hold blocks of a former chain that the Close of this one does not name. */
  private boolean cutAnew;

  ChainDriver(
      Shared shared,
      SessionId id,
      Route route,
      ChainLimits limits,
      HiddenSource source,
      Runnable gone) {
    this.shared = shared;
    this.id = id;
    this.route = route;
    this.limits = limits;
    calls = new HopCalls(shared.transport(), shared.timers(), id, shared.gateway());
    hangUp = new HangUp(calls, shared.timers(), shared.config().closeDeadline(), gone);
    rows = new RowSender(source, shared.model(), limits.chunkRows());
    state = new ChainState(limits);
    output = new StepOutput(shared.model().width());
  }

  /** Reads something of the state. */
  <T> T locked(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }

  Route route() {
    return locked(() -> route);
  }

  long epoch() {
    return locked(state::epoch);
  }

  Optional<ChainFault> fault() {
    return locked(() -> Optional.ofNullable(failure));
  }

  boolean isDraining() {
    return locked(() -> draining);
  }

  SessionTimes times() {
    return locked(() ->
        new SessionTimes(
            lastTimes.stream().map(ChainDriver::times).toList(),
            Duration.ofNanos(lastRoundTripNanos)));
  }

  private static SessionTimes.Hop times(HopTimes times) {
    return new SessionTimes.Hop(
        times.getHop(),
        Duration.ofNanos(times.getQueueNanos()),
        Duration.ofNanos(times.getComputeNanos()));
  }

  /** Takes a step in, or refuses it; {@link #finishStep} then sees it through. */
  void submit(int position, int count, Rows want, int resultRows) {
    lock.lock();
    try {
      if (state.phase() == ChainState.Phase.CLOSED) {
        throw ChainFault.closed().toException();
      }
      state.check(position, count);
      output.prepare(resultRows);
      failure = null;
      done = false;
      apply(new ChainEvent.Submit(position, count, want));
    } finally {
      lock.unlock();
    }
  }

  /** Until the step in progress is done, or the chain broken. */
  Optional<ChainFault> finishStep() {
    return drive(() -> done);
  }

  /** Until the chain is open and filled, or broken. */
  Optional<ChainFault> finishOpening() {
    return drive(() -> ready);
  }

  void giveUp() {
    heard(new ChainEvent.GaveUp());
  }

  void close() {
    heard(new ChainEvent.Close());
  }

  /** f32 [rows, width] of the step that is done. */
  MemorySegment result(int resultRows) {
    return locked(() -> output.rows(0, resultRows));
  }

  /** Opens the session over {@code next}, with the next epoch; {@link #finishOpening} waits. */
  void begin(Route next) {
    ChainLinks before;
    lock.lock();
    try {
      before = links;
      links = null;
      cutAnew |= !next.hops().stream().allMatch(this::isNewOrAsBefore);
      route = next;
      failure = null;
      ready = false;
      draining = false;
      outgoing.clear();
      if (state.phase() != ChainState.Phase.CLOSED) {
        next.hops().forEach(h -> holders.put(h.record().node(), h.record().address()));
      }
      apply(new ChainEvent.Begin(next.hops().size()));
    } finally {
      lock.unlock();
    }
    if (before != null) {
      before.cancel();
    }
  }

  private boolean isNewOrAsBefore(Route.Hop hop) {
    return !holders.containsKey(hop.record().node()) || route.hops().stream().anyMatch(hop::isSame);
  }

  /** Sends what there is to send until {@code reached}, or until something fails. */
  private Optional<ChainFault> drive(BooleanSupplier reached) {
    while (true) {
      flush();
      lock.lock();
      try {
        if (reached.getAsBoolean()) {
          return Optional.empty();
        }
        if (failure != null) {
          return Optional.of(failure);
        }
        if (outgoing.isEmpty()) {
          // The state's deadline, which the timer brings, bounds this.
          changed.await();
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        interrupted();
      } finally {
        lock.unlock();
      }
    }
  }

  private void interrupted() {
    ChainFault fault =
        ChainFault.passing(
            ChainFault.GATEWAY, NodeError.INTERNAL, "the thread of the step was interrupted");
    apply(new ChainEvent.Faulted(state.epoch(), fault));
    if (failure == null) {
      failure = fault;
    }
  }

  private void flush() {
    sending.lock();
    try {
      while (true) {
        ChainAction.Outgoing next;
        ChainLinks current;
        lock.lock();
        try {
          next = outgoing.poll();
          current = links;
        } finally {
          lock.unlock();
        }
        switch (next) {
          case null -> {
            return;
          }
          case ChainAction.Dial dial -> dial(dial);
          case ChainAction.Send send -> send(send.chunk(), current);
        }
      }
    } finally {
      sending.unlock();
    }
  }

  private void dial(ChainAction.Dial dial) {
    ChainLinks fresh;
    lock.lock();
    try {
      if (state.epoch() != dial.epoch() || state.phase() != ChainState.Phase.OPENING) {
        return;
      }
      fresh = new ChainLinks(dial.epoch(), route, new Ears());
      links = fresh;
    } finally {
      lock.unlock();
    }
    try {
      var ticket = shared.tickets().write(id, dial.epoch(), fresh.route(), limits);
      fresh.open(shared.transport(), ticket, dial.base());
    } catch (NodeException refused) {
      boolean own = refused.error() == NodeError.TICKET;
      heard(
          new ChainEvent.Faulted(
              dial.epoch(), ChainFault.of(own ? ChainFault.GATEWAY : 0, refused)));
    }
  }

  private void send(Chunk chunk, @Nullable ChainLinks current) {
    if (current == null || current.epoch() != chunk.epoch()) {
      return;
    }
    ChainFault fault;
    try {
      current.send(rows.frame(chunk));
      return;
    } catch (NodeException broken) {
      fault = ChainFault.of(0, broken);
    } catch (ProtocolException refused) {
      fault = ChainFault.of(ChainFault.GATEWAY, Causes.of(refused));
    } catch (ShardException refused) {
      fault = ChainFault.of(ChainFault.GATEWAY, Causes.of(refused));
    }
    heard(new ChainEvent.Faulted(chunk.epoch(), fault));
  }

  private void heard(ChainEvent event) {
    lock.lock();
    try {
      apply(event);
    } finally {
      lock.unlock();
    }
  }

  private boolean heardAtOnce(ChainEvent event) {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      apply(event);
    } finally {
      lock.unlock();
    }
    return true;
  }

  /** Feeds the state, and does what it wants done except for what goes out. */
  private void apply(ChainEvent event) {
    long now = shared.timers().nanoTime();
    for (ChainAction action : state.on(event, now)) {
      switch (action) {
        case ChainAction.Outgoing out -> outgoing.add(out);
        case ChainAction.Take take -> take(take, now);
        case ChainAction.Probe probe -> probe(probe.epoch());
        case ChainAction.Ready isReady -> {
          ready = true;
          release();
        }
        case ChainAction.Done isDone -> done = true;
        case ChainAction.Failed failed -> failed(failed.fault());
        case ChainAction.HangUp how ->
            hangUp.start(links, state.epoch(), holders, how.standing(), how.busy() || cutAnew);
      }
    }
    arm();
    changed.signalAll();
  }

  private void take(ChainAction.Take take, long now) {
    Chunk chunk = take.chunk();
    Result result = take.result();
    try {
      if (result.getRows() > 0) {
        var format = shared.model().formatBefore(shared.model().blocks());
        if (result.getFormat() != format) {
          throw new ProtocolException(
              FaultCode.FAULT_CODE_PROTOCOL,
              "it gave rows as " + result.getFormat() + " where " + format + " is agreed");
        }
        int width = shared.model().width();
        MemorySegment into = output.rows(chunk.outRow(), result.getRows());
        RowCodec.decode(format, result.getHidden(), result.getRows(), width, into);
      }
    } catch (ProtocolException refused) {
      int tail = route.hops().size() - 1;
      apply(new ChainEvent.Faulted(chunk.epoch(), ChainFault.of(tail, Causes.of(refused))));
      return;
    }
    lastTimes = result.getTimesList();
    lastRoundTripNanos = now - chunk.sentNanos();
    apply(new ChainEvent.Taken(chunk.epoch(), chunk.step()));
  }

  private void failed(ChainFault fault) {
    ChainFault named = fault;
    if (fault.hop() != ChainFault.GATEWAY && fault.hop() < route.hops().size()) {
      Route.Hop hop = route.hops().get(fault.hop());
      named = fault.about("hop " + fault.hop() + " (" + hop + ")");
      if (blamed != fault) {
        blamed = fault;
        shared.blamed().accept(hop.record().node());
      }
    }
    failure = named;
  }

  /** Peers that are no longer in the chain need not wait for their leases to end. */
  private void release() {
    Map<NodeId, PeerAddress> left = new HashMap<>(holders);
    route.hops().forEach(hop -> left.remove(hop.record().node()));
    holders.keySet().removeAll(left.keySet());
    if (!left.isEmpty()) {
      calls.endAt(left.values(), state.epoch(), shared.config().closeDeadline(), () -> {});
    }
  }

  private void probe(long epoch) {
    calls.probe(
        route,
        shared.config().probeDeadline(),
        (List<Optional<ProbeReport>> reports) -> heard(new ChainEvent.Probed(epoch, reports)));
  }

  /** One timer for a session, set anew only when it is needed sooner: not one for each token. */
  private void arm() {
    long deadline = state.deadlineNanos();
    if (deadline == Long.MAX_VALUE || deadline >= timerNanos) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    timerNanos = deadline;
    long delay = Math.max(1, deadline - shared.timers().nanoTime());
    timer = shared.timers().after(Duration.ofNanos(delay), this::ticked);
  }

  private void ticked() {
    lock.lock();
    try {
      timerNanos = Long.MAX_VALUE;
      timer = null;
      apply(new ChainEvent.Tick());
    } finally {
      lock.unlock();
    }
  }

  /** What the streams bring. */
  private final class Ears implements ChainLinks.Ears {
    @Override
    public void heard(ChainEvent event) {
      ChainDriver.this.heard(event);
    }

    @Override
    public boolean heardAtOnce(ChainEvent event) {
      return ChainDriver.this.heardAtOnce(event);
    }

    @Override
    public void closed(long epoch) {
      hangUp.closed();
    }

    @Override
    public void lost(long epoch) {
      hangUp.lost(epoch);
    }

    @Override
    public void draining(long epoch, int hop) {
      lock.lock();
      try {
        draining |= epoch == state.epoch();
      } finally {
        lock.unlock();
      }
    }
  }
}
