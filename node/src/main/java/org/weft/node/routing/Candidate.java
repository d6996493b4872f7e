package org.weft.node.routing;

import java.util.HashMap;
import java.util.Map;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.RttSample;
import org.weft.shard.model.Span;

/**
 * A peer that may take part, and what it costs. Times are nanoseconds of one row.
 *
 * @param wayNanos one way between the gateway and the peer
 * @param layerNanos through one block
 * @param standingNanos whatever part of its span it computes: its queue, its penalties, the hop
 * @param ways one way to other peers, as the peer's own record tells
 */
record Candidate(
    VerifiedRecord record,
    long wayNanos,
    long layerNanos,
    long standingNanos,
    Map<NodeId, Long> ways) {
  /** A liar's or a fool's figures: beyond these a rate is not believed. */
  private static final double MAX_ROWS_PER_SECOND = 1e7;

  private static final long MAX_LAYER_NANOS = 10_000_000_000L;

  private static final long MAX_QUEUE_NANOS = 600_000_000_000L;

  Span span() {
    return record.span();
  }

  NodeId node() {
    return record.node();
  }

  static Candidate of(
      VerifiedRecord record, long rttNanos, RouterConfig config, boolean full, long penaltyNanos) {
    PeerRecord said = record.record();
    long layer = layerNanos(said.getRowsPerSecond(), record.span().blocks(), config);
    // Each waiting step is taken as one row through the whole span.
    long queue = Math.min(said.getQueueDepth(), 1 << 16) * layer * record.span().blocks();
    long standing =
        config.hopCost().toNanos()
            + Math.clamp(queue, 0, MAX_QUEUE_NANOS)
            + penaltyNanos
            + (full ? config.fullCost().toNanos() : 0);
    Map<NodeId, Long> ways = new HashMap<>();
    for (RttSample sample : said.getRttList()) {
      if (sample.getPeer().size() == 32) {
        long rtt = Integer.toUnsignedLong(sample.getRttMicros()) * 1000;
        ways.put(NodeId.of(sample.getPeer().toByteArray()), rtt / 2);
      }
    }
    return new Candidate(record, rttNanos / 2, layer, standing, ways);
  }

  /**
   * One way from this peer to another: as either of them measured it, else no better than by way of
   * the gateway.
   */
  long wayTo(Candidate other) {
    Long measured = ways.get(other.node());
    if (measured == null) {
      measured = other.ways.get(node());
    }
    return measured != null ? measured : wayNanos + other.wayNanos;
  }

  private static long layerNanos(float rowsPerSecond, int blocks, RouterConfig config) {
    if (!(rowsPerSecond > 0)) {
      return config.unknownLayerTime().toNanos();
    }
    double rate = Math.min(rowsPerSecond, MAX_ROWS_PER_SECOND);
    return Math.min(MAX_LAYER_NANOS, Math.max(1, (long) (1e9 / rate / blocks)));
  }
}
