package org.weft.tools.local;

import org.weft.node.metrics.NodeMetrics;
import org.weft.node.serving.BlockServer;
import org.weft.shard.model.KvPool;

/** What a block server shows at {@code /metrics}. */
final class ServingGauges {
  /** Read whenever somebody asks; the caller closes them before the server. */
  static NodeMetrics of(BlockServer server, KvPool pool) {
    NodeMetrics metrics = new NodeMetrics();
    metrics.bindKvPages(pool::usedPages, pool::pages);
    metrics.bindSessions(() -> server.metrics().sessions());
    metrics.gauge(
        "weft.queue.depth", "Steps that wait to be computed", () -> server.metrics().queueDepth());
    metrics.gauge(
        "weft.queue.bytes",
        "Rows that wait to be computed, in bytes",
        () -> server.metrics().queuedBytes());
    metrics.gauge("weft.log.bytes", "Output logs, in bytes", () -> server.metrics().logBytes());
    metrics.count(
        "weft.steps", "Steps that were answered or passed on", () -> server.metrics().steps());
    metrics.count("weft.rows", "Rows that went through the blocks", () -> server.metrics().rows());
    metrics.count("weft.passes", "Forward passes", () -> server.metrics().passes());
    metrics.count(
        "weft.compute.nanos", "Time in forward passes", () -> server.metrics().computeNanos());
    metrics.count(
        "weft.session.faults",
        "Faults and refusals that arose here",
        () -> server.metrics().faults().values().stream().mapToLong(Long::longValue).sum());
    return metrics;
  }

  private ServingGauges() {}
}
