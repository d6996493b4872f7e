package org.weft.node.serving;

import java.util.Map;
import org.weft.protocol.v1.FaultCode;

/**
 * What a block server has done and holds, at one moment. Counts rise from its start.
 *
 * @param kvPagesUsed pages that sessions have reserved
 * @param kvPages pages in all
 * @param sessions open now, leased ones included
 * @param queueDepth steps that wait to be computed
 * @param queuedBytes rows that wait, in bytes
 * @param logBytes output logs, in bytes
 * @param steps answered or passed on
 * @param rows that went through the blocks
 * @param passes forward passes
 * @param computeNanos spent in them
 * @param faults and refusals that arose here, by code
 * @param draining whether new sessions are refused
 */
public record ServingMetrics(
    int kvPagesUsed,
    int kvPages,
    int sessions,
    int queueDepth,
    long queuedBytes,
    long logBytes,
    long steps,
    long rows,
    long passes,
    long computeNanos,
    Map<FaultCode, Long> faults,
    boolean draining) {
  public ServingMetrics {
    faults = Map.copyOf(faults);
  }
}
