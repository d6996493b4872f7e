package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.SessionId;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.HopTimes;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Want;
import org.weft.shard.model.Span;

final class StepQueueTest {
  private static final int WIDTH = 4;
  private static final NodeId ID = NodeKey.generate(new SecureRandom()).id();
  private StepQueue queue = queue(1 << 10);
  private long step;

  private static StepQueue queue(int maxLength) {
    HopPlan plan =
        new HopPlan(
            new SessionKey(ID, SessionId.of(new byte[16]), new Span(2, 4)),
            7,
            1,
            0,
            ID,
            ID,
            Optional.empty(),
            Signed.getDefaultInstance(),
            0,
            RowFormat.ROW_FORMAT_F32,
            RowFormat.ROW_FORMAT_F32,
            List.of(),
            maxLength,
            0,
            4,
            16,
            20);
    return new StepQueue(plan, WIDTH);
  }

  @BeforeEach
  void begin() {
    queue.begin(0, 0);
  }

  private Step.Builder step(int position, int rows) {
    return Step.newBuilder()
        .setStep(++step)
        .setPosition(position)
        .setRows(rows)
        .setWant(Want.WANT_NONE)
        .setFormat(RowFormat.ROW_FORMAT_F32)
        .setEpoch(7)
        .setHidden(ByteString.copyFrom(new byte[rows * WIDTH * 4]));
  }

  private Step.Builder replay(int position, int rows) {
    return step(position, rows).setStep(0).setReplay(true);
  }

  private void offer(Step.Builder next) {
    queue.offer(next.build(), 0, 0);
  }

  private void assertRefused(FaultCode code, Step.Builder next) {
    ProtocolException refusal = assertThrows(ProtocolException.class, () -> offer(next));
    assertEquals(code, refusal.code(), refusal.getMessage());
  }

  private void assertBroken(Step.Builder next) {
    assertRefused(FaultCode.FAULT_CODE_PROTOCOL, next);
  }

  private List<Integer> skipped() {
    List<Integer> positions = new ArrayList<>();
    for (QueuedStep queued : queue.inOrder()) {
      if (queued.skipped()) {
        positions.add(queued.step().getPosition());
      }
    }
    return positions;
  }

  private QueuedStep last() {
    QueuedStep last = null;
    for (QueuedStep queued : queue.inOrder()) {
      last = queued;
    }
    if (last == null) {
      throw new AssertionError("nothing waits");
    }
    return last;
  }

  @Test
  void shouldTakeStepsThatRiseByOneFromWhereverTheyBegin() {
    offer(step(0, 3).setStep(41));
    assertBroken(step(3, 1).setStep(41));
    assertBroken(step(3, 1).setStep(43));
    offer(step(3, 1).setStep(42));
    assertEquals(42, queue.lastStep());
    queue = queue(64);
    queue.begin(0, 0);
    assertBroken(step(0, 1).setStep(0));
    assertBroken(step(0, 1).setStep(-1));
  }

  @Test
  void shouldRefuseGapsAndAllowGoingBack() {
    offer(step(0, 3));
    assertBroken(step(4, 1));
    step--;
    offer(step(1, 1));
    assertBroken(step(3, 1));
    step--;
    offer(step(2, 1));
  }

  @Test
  void shouldRefuseOtherEpochs() {
    assertBroken(step(0, 1).setEpoch(6));
    assertBroken(step(0, 1).setEpoch(8));
  }

  @Test
  void shouldRefuseShapesThatDoNotFit() {
    assertBroken(step(0, 0));
    assertBroken(step(0, 1).setRows(-1));
    assertBroken(step(0, 17));
    assertBroken(step(0, 2).setRows(3));
    assertBroken(step(0, 2).setRows(1));
    assertBroken(step(0, 1).setFormat(RowFormat.ROW_FORMAT_F16));
    assertBroken(step(0, 1).setWant(Want.WANT_UNSPECIFIED));
    assertBroken(step(0, 1).setWantValue(9));
    assertBroken(step(0, 1).setHeld(2));
    assertBroken(step(0, 1).setHeld(-1));
    assertBroken(step(0, 2).setHeld(1).setWant(Want.WANT_ALL));
    assertBroken(step(0, 1).setSkipped(true));
    assertBroken(
        step(0, 1).addTimes(HopTimes.getDefaultInstance()).addTimes(HopTimes.getDefaultInstance()));
    assertRefused(FaultCode.FAULT_CODE_TOO_LONG, step(-1, 1));
    assertRefused(FaultCode.FAULT_CODE_TOO_LONG, step(Integer.MAX_VALUE, 1));
    assertRefused(FaultCode.FAULT_CODE_TOO_LONG, step(1023, 2));
    assertEquals(0, queue.size());
  }

  @Test
  void shouldBoundWhatIsInFlightButNotReplays() {
    for (int i = 0; i < 6; i++) {
      offer(replay(i, 1));
    }
    for (int i = 0; i < 4; i++) {
      offer(step(6 + i, 1));
    }
    assertBroken(step(10, 1));
    assertEquals(10, queue.size());
    assertEquals(10 * WIDTH * 4L, queue.bytes());
    // A replay that is done makes no room for a numbered step.
    queue.removeHead();
    assertBroken(step(10, 1));
    queue.clear();
    assertEquals(0, queue.bytes());
  }

  @Test
  void shouldTakeReplaysOnlyFirstInOrderAndBelowTheBase() {
    assertBroken(replay(1, 1));
    offer(replay(0, 8));
    assertBroken(replay(7, 1));
    assertBroken(replay(8, 13));
    assertBroken(replay(8, 2).setWant(Want.WANT_LAST));
    assertBroken(replay(8, 2).setStep(1));
    offer(replay(8, 12));
    offer(step(20, 1));
    assertBroken(replay(21, 1));
    assertBroken(step(18, 3).setRefill(true));
  }

  @Test
  void shouldSkipWhatALaterStepCutsAway() {
    offer(step(0, 4));
    offer(step(4, 4));
    offer(step(8, 2));
    offer(step(4, 1));
    assertEquals(List.of(4, 8), skipped());
    assertFalse(last().skipped());
  }

  @Test
  void shouldNotSkipWhatIsBeingComputedOrPartlyNeeded() {
    offer(step(0, 4));
    offer(step(4, 4));
    queue.offer(step(0, 4).build(), 0, 1);
    assertEquals(List.of(4), skipped());
    offer(step(2, 1));
    assertEquals(List.of(4), skipped(), "positions 0 and 1 of the third step still count");
  }

  @Test
  void shouldPassSkippedStepsOnWithoutMoving() {
    offer(step(0, 4));
    offer(step(4, 3).setSkipped(true).setHidden(ByteString.EMPTY));
    assertTrue(last().skipped());
    offer(step(4, 1));
    assertBroken(step(7, 1));
  }

  @Test
  void shouldLeaveOutWhatTheNextHopHoldsWhileItIsFilledAgain() {
    queue.begin(2, 10);
    offer(step(2, 5).setRefill(true));
    assertEquals(5, last().heldBehind());
    offer(step(7, 6).setRefill(true));
    assertEquals(3, last().heldBehind());
    offer(step(13, 2).setRefill(true));
    assertEquals(0, last().heldBehind());
  }

  @Test
  void shouldPassOnEveryRowWhenTheyAreNotTheSameAsBefore() {
    queue.begin(2, 10);
    offer(step(2, 5));
    assertEquals(0, last().heldBehind());
    offer(step(7, 3).setRefill(true));
    assertEquals(0, last().heldBehind());
    queue = queue(64);
    queue.begin(2, 10);
    step = 0;
    offer(step(1, 3).setRefill(true));
    assertEquals(0, last().heldBehind());
  }

  @Test
  void shouldCountRowsThatWeHoldOurselves() {
    queue.begin(10, 10);
    offer(step(4, 6).setHeld(6).setHidden(ByteString.EMPTY));
    assertFalse(last().needsCompute());
    assertEquals(6, last().heldBehind());
    offer(step(8, 4).setHeld(2).setHidden(ByteString.copyFrom(new byte[2 * WIDTH * 4])));
    assertEquals(10, last().from());
    assertEquals(2, last().left());
    assertBroken(step(12, 2).setHeld(1).setHidden(ByteString.copyFrom(new byte[WIDTH * 4])));
  }
}
