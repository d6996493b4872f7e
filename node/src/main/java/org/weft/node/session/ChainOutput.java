package org.weft.node.session;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.RowCodec;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.HopTimes;
import org.weft.protocol.v1.Result;

/**
 * What a chain gives back: the rows of the step in progress, and the times of its last result.
 * Owned by {@link ChainDriver} and guarded by its lock; the rows are the caller's to read from the
 * end of its step to the next.
 */
final class ChainOutput {
  private final ChainModel model;
  private final StepOutput rows;
  private List<HopTimes> lastTimes = List.of();
  private long lastRoundTripNanos;

  ChainOutput(ChainModel model) {
    this.model = model;
    rows = new StepOutput(model.width());
  }

  /** Makes room for a step's rows; what was there is lost. */
  void prepare(int count) {
    rows.prepare(count);
  }

  /**
   * Takes over what the tail made of a chunk.
   *
   * @throws ProtocolException if the rows are not in the format agreed, or no numbers
   */
  void take(Chunk chunk, Result result, long nowNanos) throws ProtocolException {
    if (result.getRows() > 0) {
      var format = model.formatBefore(model.blocks());
      if (result.getFormat() != format) {
        throw new ProtocolException(
            FaultCode.FAULT_CODE_PROTOCOL,
            "it gave rows as " + result.getFormat() + " where " + format + " is agreed");
      }
      MemorySegment into = rows.rows(chunk.outRow(), result.getRows());
      RowCodec.decode(format, result.getHidden(), result.getRows(), model.width(), into);
    }
    lastTimes = result.getTimesList();
    lastRoundTripNanos = nowNanos - chunk.sentNanos();
  }

  /** f32 [count, width]. */
  MemorySegment rows(int count) {
    return rows.rows(0, count);
  }

  /** Where the time of the last result went. */
  SessionTimes times() {
    return new SessionTimes(
        lastTimes.stream().map(ChainOutput::times).toList(), Duration.ofNanos(lastRoundTripNanos));
  }

  private static SessionTimes.Hop times(HopTimes times) {
    return new SessionTimes.Hop(
        times.getHop(),
        Duration.ofNanos(times.getQueueNanos()),
        Duration.ofNanos(times.getComputeNanos()));
  }
}
