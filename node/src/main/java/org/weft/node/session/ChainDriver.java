package org.weft.node.session;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.routing.Route;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.SessionId;
import org.weft.node.transport.Timers;
import org.weft.node.transport.Transport;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.v1.ProbeReport;

/**
 * Carries out what {@link ChainState} decides: the threads of the session's callers send, by the
 * {@link ChainSender}, the streams' threads take results over, timers bring deadlines.
 *
 * <p>Locks: {@code lock} guards the state and is never held over I/O; the sender has one of its
 * own, which is taken before it.
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
  private final HopCalls calls;
  private final HangUp hangUp;
  private final ChainSender sender;
  private final ReentrantLock lock = new ReentrantLock();

  // All below is guarded by lock.
  private final Condition changed = lock.newCondition();
  private final ChainState state;
  private final Deque<ChainAction.Outgoing> outgoing = new ArrayDeque<>();
  private final ChainOutput output;
  private final Alarm alarm;
  private final Holders holders = new Holders();
  private Route route;
  private @Nullable ChainLinks links;
  private @Nullable ChainFault failure;
  private boolean ready;
  private boolean done;
  private @Nullable ChainFault blamed;
  private boolean draining;

  ChainDriver(
      Shared shared,
      SessionId id,
      Route route,
      ChainLimits limits,
      HiddenSource source,
      Runnable gone) {
    this.shared = shared;
    this.route = route;
    calls = new HopCalls(shared.transport(), shared.timers(), id, shared.gateway());
    hangUp = new HangUp(calls, shared.timers(), shared.config().closeDeadline(), gone);
    sender = new ChainSender(shared, id, limits, source, new Desk());
    state = new ChainState(limits);
    output = new ChainOutput(shared.model());
    alarm = new Alarm(shared.timers(), this::ticked);
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
    return locked(output::times);
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
    return locked(() -> output.rows(resultRows));
  }

  /** Opens the session over {@code next}, with the next epoch; {@link #finishOpening} waits. */
  void begin(Route next) {
    ChainLinks before;
    lock.lock();
    try {
      before = links;
      links = null;
      if (state.phase() != ChainState.Phase.CLOSED) {
        holders.add(route, next);
      }
      route = next;
      failure = null;
      ready = false;
      draining = false;
      outgoing.clear();
      apply(new ChainEvent.Begin(next.hops().size()));
    } finally {
      lock.unlock();
    }
    if (before != null) {
      before.cancel();
    }
  }

  /** Sends what there is to send until {@code reached}, or until something fails. */
  private Optional<ChainFault> drive(BooleanSupplier reached) {
    while (true) {
      sender.flush();
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
            hangUp.start(
                links,
                state.epoch(),
                holders.all(),
                how.standing(),
                how.busy() || holders.cutAnew());
      }
    }
    alarm.set(state.deadlineNanos());
    changed.signalAll();
  }

  private void take(ChainAction.Take take, long now) {
    Chunk chunk = take.chunk();
    try {
      output.take(chunk, take.result(), now);
    } catch (ProtocolException refused) {
      int tail = route.hops().size() - 1;
      apply(new ChainEvent.Faulted(chunk.epoch(), ChainFault.of(tail, Causes.of(refused))));
      return;
    }
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
    Collection<PeerAddress> left = holders.dropOthers(route);
    if (!left.isEmpty()) {
      calls.endAt(left, state.epoch(), shared.config().closeDeadline(), () -> {});
    }
  }

  private void probe(long epoch) {
    calls.probe(
        route,
        shared.config().probeDeadline(),
        (List<Optional<ProbeReport>> reports) -> heard(new ChainEvent.Probed(epoch, reports)));
  }

  private void ticked() {
    lock.lock();
    try {
      alarm.rang();
      apply(new ChainEvent.Tick());
    } finally {
      lock.unlock();
    }
  }

  /** What goes out. */
  private final class Desk implements ChainSender.Desk {
    @Override
    public ChainSender.@Nullable Parcel next() {
      lock.lock();
      try {
        ChainAction.Outgoing next = outgoing.poll();
        return next == null ? null : new ChainSender.Parcel(next, links);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public @Nullable ChainLinks begin(ChainAction.Dial dial) {
      lock.lock();
      try {
        if (state.epoch() != dial.epoch() || state.phase() != ChainState.Phase.OPENING) {
          return null;
        }
        ChainLinks fresh = new ChainLinks(dial.epoch(), route, new Ears());
        links = fresh;
        return fresh;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void heard(ChainEvent event) {
      ChainDriver.this.heard(event);
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
