package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Result;

class ChainStateTest {
  private static final ChainLimits LIMITS = new ChainLimits(100, 4, 3, 1_000, 2_000, 1, 10);

  private final ChainState state = new ChainState(LIMITS);
  private long now;

  private List<ChainAction> on(ChainEvent event) {
    return state.on(event, now);
  }

  private void open(int held, int window) {
    on(new ChainEvent.Opened(state.epoch(), held, window));
  }

  private static List<Chunk> sent(List<ChainAction> actions) {
    List<Chunk> chunks = new ArrayList<>();
    for (ChainAction action : actions) {
      if (action instanceof ChainAction.Send send) {
        chunks.add(send.chunk());
      }
    }
    return chunks;
  }

  private Result result(Chunk chunk) {
    return Result.newBuilder()
        .setStep(chunk.step())
        .setPosition(chunk.position())
        .setRows(chunk.resultRows())
        .setEpoch(chunk.epoch())
        .build();
  }

  /** The tail answers and the rows are good; what comes of it. */
  private List<ChainAction> answer(Chunk chunk) {
    List<ChainAction> take = on(new ChainEvent.Answered(chunk.epoch(), result(chunk)));
    assertInstanceOf(ChainAction.Take.class, take.getFirst());
    return on(new ChainEvent.Taken(chunk.epoch(), chunk.step()));
  }

  private void run(int position, int count) {
    List<Chunk> open = new ArrayList<>(sent(on(new ChainEvent.Submit(position, count, Rows.NONE))));
    while (!open.isEmpty()) {
      open.addAll(sent(answer(open.removeFirst())));
    }
  }

  private ChainFault broken(List<ChainAction> actions) {
    assertEquals(ChainState.Phase.BROKEN, state.phase());
    return assertInstanceOf(ChainAction.Failed.class, actions.getFirst()).fault();
  }

  private static ChainFault cut() {
    return ChainFault.passing(1, NodeError.UNREACHABLE, "gone");
  }

  @Test
  void shouldDialWithTheNextEpochAndTheAcceptedBaseWhenBegun() {
    assertEquals(List.of(new ChainAction.Dial(1, 0)), on(new ChainEvent.Begin(2)));
    open(0, 8);
    run(0, 10);
    assertEquals(List.of(new ChainAction.Dial(2, 10)), on(new ChainEvent.Begin(2)));
  }

  @Test
  void shouldCutAStepIntoChunksAndKeepTheWindowFull() {
    on(new ChainEvent.Begin(2));
    open(0, 2);
    List<Chunk> first = sent(on(new ChainEvent.Submit(0, 10, Rows.LAST)));
    assertEquals(2, first.size());
    assertEquals(List.of(0, 4), first.stream().map(Chunk::position).toList());
    assertEquals(List.of(1L, 2L), first.stream().map(Chunk::step).toList());
    assertEquals(List.of(Rows.NONE, Rows.NONE), first.stream().map(Chunk::want).toList());
    Chunk last = sent(answer(first.get(0))).getFirst();
    assertEquals(new Chunk(1, 3, 8, 2, Rows.LAST, false, 0, 0), last);
    assertEquals(List.of(), answer(first.get(1)));
    assertEquals(List.of(new ChainAction.Done()), answer(last));
    assertEquals(10, state.accepted());
  }

  @Test
  void shouldPlaceEveryChunksRowsWhenAllAreWanted() {
    on(new ChainEvent.Begin(1));
    open(0, 8);
    run(0, 3);
    List<Chunk> chunks = sent(on(new ChainEvent.Submit(3, 6, Rows.ALL)));
    assertEquals(List.of(0, 4), chunks.stream().map(Chunk::outRow).toList());
    assertEquals(List.of(4, 2), chunks.stream().map(Chunk::resultRows).toList());
  }

  @Test
  void shouldRefuseAStepWhenItLeavesAGapOrIsTooLong() {
    on(new ChainEvent.Begin(1));
    open(0, 8);
    run(0, 5);
    assertEquals(
        NodeError.ARGUMENT, assertThrows(NodeException.class, () -> state.check(6, 1)).error());
    assertEquals(
        NodeError.TOO_LONG, assertThrows(NodeException.class, () -> state.check(5, 96)).error());
    state.check(2, 98);
  }

  @Test
  void shouldFillOnlyWhatIsNotHeldAndThenBeReady() {
    on(new ChainEvent.Begin(2));
    open(0, 8);
    run(0, 11);
    on(new ChainEvent.Faulted(1, cut()));
    on(new ChainEvent.Begin(2));
    List<ChainAction> actions = on(new ChainEvent.Opened(2, 5, 8));
    List<Chunk> fill = sent(actions);
    assertEquals(List.of(5, 9), fill.stream().map(Chunk::position).toList());
    assertEquals(List.of(4, 2), fill.stream().map(Chunk::rows).toList());
    assertTrue(fill.stream().allMatch(chunk -> chunk.fill() && chunk.want() == Rows.NONE));
    assertEquals(1, fill.getFirst().step());
    assertEquals(List.of(), answer(fill.get(0)));
    assertEquals(List.of(new ChainAction.Ready()), answer(fill.get(1)));
    assertEquals(11, state.accepted());
  }

  @Test
  void shouldSendAgainFromTheBaseWhenMendedInTheMiddleOfAStep() {
    on(new ChainEvent.Begin(2));
    open(0, 8);
    run(0, 2);
    List<Chunk> chunks = sent(on(new ChainEvent.Submit(2, 12, Rows.ALL)));
    answer(chunks.get(0));
    on(new ChainEvent.Faulted(1, cut()));
    assertEquals(List.of(new ChainAction.Dial(2, 6)), on(new ChainEvent.Begin(2)));
    List<ChainAction> actions = on(new ChainEvent.Opened(2, 6, 8));
    assertEquals(new ChainAction.Ready(), actions.getFirst());
    assertEquals(
        List.of(
            new Chunk(2, 1, 6, 4, Rows.ALL, false, 4, 0),
            new Chunk(2, 2, 10, 4, Rows.ALL, false, 8, 0)),
        sent(actions));
  }

  @Test
  void shouldTakeAStepAlongWhenItCameToABrokenChain() {
    on(new ChainEvent.Begin(2));
    open(0, 8);
    run(0, 10);
    on(new ChainEvent.Faulted(1, cut()));
    broken(on(new ChainEvent.Submit(10, 3, Rows.LAST)));
    on(new ChainEvent.Begin(2));
    List<Chunk> again = sent(on(new ChainEvent.Opened(2, 10, 8)));
    assertEquals(10, again.getFirst().position());
    assertEquals(13, again.getLast().end());
    // Unless the caller gives it up.
    on(new ChainEvent.Faulted(2, cut()));
    on(new ChainEvent.GaveUp());
    on(new ChainEvent.Begin(2));
    assertEquals(List.of(), sent(on(new ChainEvent.Opened(3, 10, 8))));
  }

  @Test
  void shouldCutTheBaseWhenAStepThatGoesBackWasOnItsWay() {
    on(new ChainEvent.Begin(1));
    open(0, 8);
    run(0, 20);
    on(new ChainEvent.Submit(12, 2, Rows.LAST));
    assertEquals(12, state.accepted());
    on(new ChainEvent.Faulted(1, cut()));
    on(new ChainEvent.GaveUp());
    assertEquals(List.of(new ChainAction.Dial(2, 12)), on(new ChainEvent.Begin(1)));
  }

  @Test
  void shouldDropResultsWhenTheyAreOfAnOlderEpoch() {
    on(new ChainEvent.Begin(1));
    open(0, 8);
    Chunk old = sent(on(new ChainEvent.Submit(0, 3, Rows.NONE))).getFirst();
    on(new ChainEvent.Begin(1));
    assertEquals(List.of(), on(new ChainEvent.Answered(1, result(old))));
    open(0, 8);
    assertEquals(List.of(), on(new ChainEvent.Answered(1, result(old))));
    assertEquals(List.of(), on(new ChainEvent.Answered(2, result(old))));
    assertEquals(List.of(), on(new ChainEvent.Faulted(1, cut())));
    assertEquals(ChainState.Phase.OPEN, state.phase());
    assertEquals(0, state.accepted());
  }

  @Test
  void shouldBlameTheTailWhenItsResultsAreOutOfOrderOrShape() {
    for (int kind = 0; kind < 4; kind++) {
      ChainState fresh = new ChainState(LIMITS);
      fresh.on(new ChainEvent.Begin(3), 0);
      fresh.on(new ChainEvent.Opened(1, 0, 8), 0);
      Chunk chunk = sent(fresh.on(new ChainEvent.Submit(0, 3, Rows.LAST), 0)).getFirst();
      Result.Builder wrong = result(chunk).toBuilder();
      switch (kind) {
        case 0 -> wrong.setStep(2);
        case 1 -> wrong.setPosition(1);
        case 2 -> wrong.setRows(3);
        default -> wrong.setRows(0).setSkipped(true);
      }
      List<ChainAction> actions = fresh.on(new ChainEvent.Answered(1, wrong.build()), 0);
      ChainFault fault = assertInstanceOf(ChainAction.Failed.class, actions.getFirst()).fault();
      assertEquals(2, fault.hop());
      assertEquals(NodeError.PROTOCOL, fault.error());
    }
  }

  @Test
  void shouldRefuseAHopThatClaimsToHoldMoreThanThereIs() {
    on(new ChainEvent.Begin(2));
    assertEquals(NodeError.PROTOCOL, broken(on(new ChainEvent.Opened(1, 1, 8))).error());
  }

  @Test
  void shouldProbeAfterTheDeadlineAndBlameTheSilentHop() {
    on(new ChainEvent.Begin(2));
    open(0, 8);
    assertEquals(Long.MAX_VALUE, state.deadlineNanos());
    now = 500;
    on(new ChainEvent.Submit(0, 3, Rows.NONE));
    assertEquals(2_500, state.deadlineNanos());
    now = 2_499;
    assertEquals(List.of(), on(new ChainEvent.Tick()));
    now = 2_500;
    assertEquals(List.of(new ChainAction.Probe(1)), on(new ChainEvent.Tick()));
    assertEquals(List.of(), on(new ChainEvent.Tick()));
    ChainFault fault =
        broken(on(new ChainEvent.Probed(1, List.of(report(1, 1), Optional.empty()))));
    assertEquals(1, fault.hop());
    assertEquals(NodeError.UNREACHABLE, fault.error());
  }

  @Test
  void shouldWaitOnWhileASlowHopMovesAndFailOnceItNoLongerDoes() {
    on(new ChainEvent.Begin(2));
    open(0, 8);
    on(new ChainEvent.Submit(0, 12, Rows.NONE));
    for (int moves = 0; moves < 5; moves++) {
      now += 2_000;
      on(new ChainEvent.Tick());
      assertEquals(
          List.of(), on(new ChainEvent.Probed(1, List.of(report(3, moves), report(0, 0)))));
    }
    now += 2_000;
    on(new ChainEvent.Tick());
    assertEquals(List.of(), on(new ChainEvent.Probed(1, List.of(report(3, 0), report(0, 0)))));
    now += 2_000;
    on(new ChainEvent.Tick());
    assertEquals(List.of(), on(new ChainEvent.Probed(1, List.of(report(3, 0), report(0, 0)))));
    now += 2_000;
    on(new ChainEvent.Tick());
    ChainFault fault = broken(on(new ChainEvent.Probed(1, List.of(report(3, 0), report(0, 0)))));
    assertEquals(0, fault.hop());
    assertEquals(NodeError.DEADLINE, fault.error());
  }

  @Test
  void shouldBlameTheHopThatStepsDoNotReach() {
    on(new ChainEvent.Begin(3));
    open(0, 8);
    on(new ChainEvent.Submit(0, 3, Rows.NONE));
    List<Optional<ProbeReport>> reports = List.of(report(1, 1), report(0, 0), report(0, 0));
    for (int probe = 0; probe < 2; probe++) {
      now += 2_000;
      on(new ChainEvent.Tick());
      if (probe == 0) {
        assertEquals(List.of(), on(new ChainEvent.Probed(1, reports)));
      }
    }
    ChainFault fault = broken(on(new ChainEvent.Probed(1, reports)));
    assertEquals(1, fault.hop());
    assertEquals(NodeError.UNREACHABLE, fault.error());
  }

  @Test
  void shouldEndTheWaitingStepAndHangUpWhenClosed() {
    on(new ChainEvent.Begin(2));
    open(0, 8);
    on(new ChainEvent.Submit(0, 3, Rows.NONE));
    List<ChainAction> actions = on(new ChainEvent.Close());
    assertEquals(new ChainAction.HangUp(true, true), actions.get(0));
    assertEquals(
        NodeError.CLOSED,
        assertInstanceOf(ChainAction.Failed.class, actions.get(1)).fault().error());
    assertEquals(List.of(), on(new ChainEvent.Close()));
    assertInstanceOf(ChainAction.Failed.class, on(new ChainEvent.Begin(2)).getFirst());
  }

  private static Optional<ProbeReport> report(long in, long out) {
    return Optional.of(
        ProbeReport.newBuilder()
            .setKnown(true)
            .setEpoch(1)
            .setLastStepIn(in)
            .setLastStepOut(out)
            .build());
  }
}
