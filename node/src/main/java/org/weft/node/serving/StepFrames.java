package org.weft.node.serving;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.weft.protocol.RowCodec;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.HopTimes;
import org.weft.protocol.v1.Result;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Want;

/** What a step becomes on its way out: a step of the next hop, or a result. */
final class StepFrames {
  /** The step for the next hop; empty where it is a replay that the next hop has no need of. */
  static Optional<Step> onward(HopPlan plan, QueuedStep queued, long nowNanos, int width) {
    Step step = queued.step();
    int rowBytes = (int) RowCodec.bytes(plan.out(), 1, width);
    if (step.getReplay()) {
      int rest = step.getRows() - queued.heldBehind();
      return queued.skipped() || rest == 0
          ? Optional.empty()
          : Optional.of(
              replayed(
                  plan,
                  step.getPosition() + queued.heldBehind(),
                  rest,
                  queued.output().substring(queued.heldBehind() * rowBytes)));
    }
    Step.Builder onward =
        Step.newBuilder()
            .setStep(step.getStep())
            .setPosition(step.getPosition())
            .setRows(step.getRows())
            .setWant(step.getWant())
            .setFormat(plan.out())
            .setEpoch(plan.epoch())
            .addAllTimes(step.getTimesList())
            .addTimes(times(plan, queued, nowNanos));
    if (queued.skipped()) {
      return Optional.of(onward.setSkipped(true).build());
    }
    int leftOut = (queued.heldBehind() - step.getHeld()) * rowBytes;
    return Optional.of(
        onward.setHeld(queued.heldBehind()).setHidden(queued.output().substring(leftOut)).build());
  }

  /** The tail's answer. */
  static Result result(HopPlan plan, QueuedStep queued, long nowNanos) {
    Step step = queued.step();
    return Result.newBuilder()
        .setStep(step.getStep())
        .setPosition(step.getPosition())
        .setRows(queued.skipped() ? 0 : Slice.rowsOfResult(queued))
        .setFormat(plan.out())
        .addAllTimes(step.getTimesList())
        .addTimes(times(plan, queued, nowNanos))
        .setSkipped(queued.skipped())
        .setEpoch(plan.epoch())
        .setHidden(queued.skipped() ? ByteString.EMPTY : queued.output())
        .build();
  }

  /** Positions [from, to) of the log, in steps as large as the next hop takes. */
  static List<Step> replay(HopPlan plan, OutputLog log, int from, int to, int width) {
    int most =
        Math.max(
            1,
            Math.min(
                plan.maxStepRows(),
                (int) (Wire.MAX_STEP_BYTES / RowCodec.bytes(plan.out(), 1, width))));
    List<Step> steps = new ArrayList<>();
    for (OutputLog.Rows rows : log.read(from, to, most)) {
      steps.add(replayed(plan, rows.from(), rows.count(), rows.bytes()));
    }
    return steps;
  }

  private static Step replayed(HopPlan plan, int position, int rows, ByteString hidden) {
    return Step.newBuilder()
        .setPosition(position)
        .setRows(rows)
        .setWant(Want.WANT_NONE)
        .setFormat(plan.out())
        .setEpoch(plan.epoch())
        .setReplay(true)
        .setHidden(hidden)
        .build();
  }

  private static HopTimes times(HopPlan plan, QueuedStep queued, long nowNanos) {
    return HopTimes.newBuilder()
        .setHop(plan.hop())
        .setQueueNanos(queued.queueNanos(nowNanos))
        .setComputeNanos(queued.computeNanos())
        .build();
  }

  private StepFrames() {}
}
