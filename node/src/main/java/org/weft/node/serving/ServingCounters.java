package org.weft.node.serving;

import java.util.EnumMap;
import java.util.Map;
import org.weft.protocol.v1.FaultCode;

/** What has been done since the start. Guarded by the server's lock. */
final class ServingCounters {
  private final EnumMap<FaultCode, Long> faults = new EnumMap<>(FaultCode.class);
  private int queueDepth;
  private long queuedBytes;
  private long logBytes;
  private long steps;
  private long rows;
  private long passes;
  private long computeNanos;

  void queued(int steps, long bytes) {
    queueDepth += steps;
    queuedBytes += bytes;
  }

  long queuedBytes() {
    return queuedBytes;
  }

  void logged(long bytes) {
    logBytes += bytes;
  }

  void step() {
    steps++;
  }

  void pass(int passRows, long nanos) {
    passes++;
    rows += passRows;
    computeNanos += nanos;
  }

  void fault(FaultCode code) {
    faults.merge(code, 1L, Long::sum);
  }

  ServingMetrics snapshot(int usedPages, int pages, int sessions, boolean draining) {
    return new ServingMetrics(
        usedPages,
        pages,
        sessions,
        queueDepth,
        queuedBytes,
        logBytes,
        steps,
        rows,
        passes,
        computeNanos,
        Map.copyOf(faults),
        draining);
  }
}
