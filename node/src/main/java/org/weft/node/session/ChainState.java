package org.weft.node.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.weft.node.NodeError;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Result;

/**
 * The gateway's side of a session over a chain, as a state machine: events in, actions out. It has
 * no thread, no clock but the one of its events and does no I/O, so that a seeded simulation can
 * drive it through every order of failures (DESIGN §6). Its one owner serialises the calls.
 *
 * <pre>
 * phase    event                    next      actions
 * NEW      Begin                    OPENING   Dial(epoch 1, base 0)
 * OPENING  Opened(held ≤ base)      OPEN      Send the fill [held, base), then the step in progress
 * OPENING  Opened(held > base)      BROKEN    Failed
 * OPEN     Submit                   OPEN      Send, as many as the window takes
 * OPEN     Answered, in order       OPEN      Take; the rest is dropped or, in this epoch, a fault
 * OPEN     Taken                    OPEN      Send more; Ready after the fill, Done after the step
 * OPENING, Tick, no progress        same      Probe
 * OPEN     Probed: slow, moving     same      none: waits on
 *          Probed: silent, stuck    BROKEN    Failed
 *          Faulted                  BROKEN    Failed
 *          Begin                    OPENING   Dial(epoch + 1, base); what was in flight is sent again
 * BROKEN   Begin                    OPENING   Dial(epoch + 1, base)
 *          Submit                   BROKEN    Failed, as before; the next Begin takes the step along
 * any      Close                    CLOSED    HangUp, and Failed(CLOSED) to whoever waits
 * any      of an older epoch        same      none
 * CLOSED   any                      CLOSED    none, or Failed(CLOSED)
 * </pre>
 *
 * <p>{@code base} is the end of the last accepted result, less whatever a step that was sent since
 * has overwritten.
 */
final class ChainState {
  /** Where a session stands. */
  enum Phase {
    NEW,
    OPENING,
    OPEN,
    BROKEN,
    CLOSED
  }

  private final ChainLimits limits;
  private final Agenda agenda;
  private final Deque<Chunk> inFlight = new ArrayDeque<>();
  private List<ChainAction> actions = new ArrayList<>();

  private Phase phase = Phase.NEW;
  private ChainFault fault = ChainFault.closed();
  private long epoch;
  private long lastStep;
  private int hops;
  private int window = 1;
  private int accepted;

  private boolean ready;

  private long progressNanos;
  private boolean probing;
  private StallWatch stall = new StallWatch();

  ChainState(ChainLimits limits) {
    this.limits = limits;
    agenda = new Agenda(limits);
  }

  Phase phase() {
    return phase;
  }

  long epoch() {
    return epoch;
  }

  /** Positions whose results have been accepted and that nothing has overwritten. */
  int accepted() {
    return accepted;
  }

  /** When to come back with a Tick, if nothing else happens: nanoseconds, or Long.MAX_VALUE. */
  long deadlineNanos() {
    if (probing) {
      return Long.MAX_VALUE;
    }
    return switch (phase) {
      case OPENING -> progressNanos + limits.openNanos();
      case OPEN -> inFlight.isEmpty() ? Long.MAX_VALUE : progressNanos + limits.stepNanos();
      case NEW, BROKEN, CLOSED -> Long.MAX_VALUE;
    };
  }

  /** Refuses a step that the session has no room for, or that would leave a gap. */
  void check(int position, int count) {
    agenda.check(position, count, accepted);
  }

  /** The one way in. */
  List<ChainAction> on(ChainEvent event, long nowNanos) {
    actions = new ArrayList<>(4);
    switch (event) {
      case ChainEvent.Begin begin -> begin(begin.hops(), nowNanos);
      case ChainEvent.Opened opened -> opened(opened, nowNanos);
      case ChainEvent.Submit submit -> submit(submit, nowNanos);
      case ChainEvent.Answered answered -> answered(answered);
      case ChainEvent.Taken taken -> taken(taken, nowNanos);
      case ChainEvent.Faulted faulted -> {
        if (faulted.epoch() == epoch) {
          broken(faulted.fault());
        }
      }
      case ChainEvent.Probed probed -> probed(probed, nowNanos);
      case ChainEvent.GaveUp gaveUp -> agenda.giveUp();
      case ChainEvent.Tick tick -> tick(nowNanos);
      case ChainEvent.Close close -> close();
    }
    return actions;
  }

  private void begin(int newHops, long now) {
    if (phase == Phase.CLOSED) {
      actions.add(new ChainAction.Failed(fault));
      return;
    }
    phase = Phase.OPENING;
    epoch++;
    hops = newHops;
    // Every stream is a new one, and so steps are counted from one again.
    lastStep = 0;
    inFlight.clear();
    agenda.startOver();
    ready = false;
    progress(now);
    actions.add(new ChainAction.Dial(epoch, accepted));
  }

  private void opened(ChainEvent.Opened opened, long now) {
    if (opened.epoch() != epoch || phase != Phase.OPENING) {
      return;
    }
    if (opened.held() < 0 || opened.held() > accepted) {
      broken(
          new ChainFault(
              0,
              NodeError.PROTOCOL,
              true,
              0,
              "it claims to hold " + opened.held() + " positions of " + accepted));
      return;
    }
    phase = Phase.OPEN;
    window =
        opened.window() > 0
            ? Math.min(opened.window(), limits.maxInFlight())
            : limits.maxInFlight();
    agenda.fillFrom(opened.held(), accepted);
    progress(now);
    send(now);
  }

  private void submit(ChainEvent.Submit submit, long now) {
    switch (phase) {
      case NEW, CLOSED -> actions.add(new ChainAction.Failed(fault));
      case BROKEN -> {
        // Whoever mends the chain expects the step to go on, and gives it up otherwise.
        agenda.step(submit);
        actions.add(new ChainAction.Failed(fault));
      }
      case OPENING, OPEN -> {
        agenda.step(submit);
        send(now);
      }
    }
  }

  private void answered(ChainEvent.Answered answered) {
    Result result = answered.result();
    if (phase != Phase.OPEN || answered.epoch() != epoch || result.getEpoch() != epoch) {
      return;
    }
    Chunk oldest = inFlight.peekFirst();
    if (oldest == null || result.getStep() != oldest.step()) {
      long expected = oldest == null ? 0 : oldest.step();
      brokenByTail("it answered step " + result.getStep() + " where " + expected + " was due");
    } else if (result.getPosition() != oldest.position()) {
      brokenByTail("it answered position " + result.getPosition() + " for " + oldest.position());
    } else if (result.getRows() != oldest.resultRows()) {
      // We never overwrite a step that is in flight, so none may come back skipped either.
      brokenByTail("it gave " + result.getRows() + " rows for " + oldest.resultRows());
    } else {
      actions.add(new ChainAction.Take(oldest, result));
    }
  }

  private void taken(ChainEvent.Taken taken, long now) {
    Chunk oldest = inFlight.peekFirst();
    if (phase != Phase.OPEN
        || taken.epoch() != epoch
        || oldest == null
        || oldest.step() != taken.step()) {
      return;
    }
    inFlight.removeFirst();
    progress(now);
    if (!oldest.fill()) {
      accepted = oldest.end();
      agenda.answered(oldest);
    }
    send(now);
    if (!oldest.fill() && agenda.finish()) {
      actions.add(new ChainAction.Done());
    }
  }

  private void broken(ChainFault cause) {
    switch (phase) {
      case OPENING, OPEN -> {
        phase = Phase.BROKEN;
        fault = cause;
        inFlight.clear();
        probing = false;
        actions.add(new ChainAction.Failed(cause));
      }
      // The first fault is the cause, the others follow from it.
      case NEW, BROKEN, CLOSED -> {}
    }
  }

  private void brokenByTail(String sentence) {
    broken(new ChainFault(hops - 1, NodeError.PROTOCOL, true, 0, sentence));
  }

  private void tick(long now) {
    if (deadlineNanos() <= now) {
      probing = true;
      actions.add(new ChainAction.Probe(epoch));
    }
  }

  private void probed(ChainEvent.Probed probed, long now) {
    if (probed.epoch() != epoch || !probing) {
      return;
    }
    probing = false;
    List<Optional<ProbeReport>> reports = probed.reports();
    Chunk oldest = inFlight.peekFirst();
    if (phase == Phase.OPEN && oldest == null) {
      return;
    }
    long step = phase == Phase.OPENING || oldest == null ? 0 : oldest.step();
    Optional<ChainFault> found = stall.judge(reports, epoch, step, limits);
    if (found.isPresent()) {
      broken(found.get());
    } else {
      progressNanos = now;
    }
  }

  private void close() {
    if (phase == Phase.CLOSED) {
      return;
    }
    boolean standing = phase == Phase.OPEN;
    boolean busy = !inFlight.isEmpty() || phase == Phase.OPENING;
    phase = Phase.CLOSED;
    fault = ChainFault.closed();
    inFlight.clear();
    actions.add(new ChainAction.HangUp(standing, busy));
    actions.add(new ChainAction.Failed(fault));
  }

  private void progress(long now) {
    progressNanos = now;
    probing = false;
    stall = new StallWatch();
  }

  /** Sends what the window takes: the fill first, then the caller's step. */
  private void send(long now) {
    if (phase != Phase.OPEN) {
      return;
    }
    if (inFlight.isEmpty()) {
      progressNanos = now;
    }
    while (inFlight.size() < window && agenda.fills()) {
      send(agenda.nextOfFill(epoch, ++lastStep, now));
    }
    if (!ready && !agenda.fills() && inFlight.stream().noneMatch(Chunk::fill)) {
      ready = true;
      actions.add(new ChainAction.Ready());
    }
    while (inFlight.size() < window && agenda.steps()) {
      Chunk chunk = agenda.nextOfStep(epoch, ++lastStep, now);
      // Whatever stood from here on is being overwritten at every hop.
      accepted = Math.min(accepted, chunk.position());
      send(chunk);
    }
  }

  private void send(Chunk chunk) {
    inFlight.addLast(chunk);
    actions.add(new ChainAction.Send(chunk));
  }
}
