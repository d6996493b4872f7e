package org.weft.node.routing;

import java.util.List;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.shard.model.Span;

/** A chain: hops whose spans follow each other from block 0 to the last. */
public record Route(List<Hop> hops) {
  public Route {
    hops = List.copyOf(hops);
    int block = 0;
    for (Hop hop : hops) {
      if (hop.span().start() != block) {
        throw new NodeException(
            NodeError.ARGUMENT, "a chain has a hole at block " + block + ": " + hops);
      }
      block = hop.span().end();
    }
    if (hops.isEmpty()) {
      throw new NodeException(NodeError.ARGUMENT, "a chain has one hop at least");
    }
  }

  /** The blocks that it covers, from 0. */
  public int blocks() {
    return hops.getLast().span().end();
  }

  /** A peer and the part of its span that it computes. */
  public record Hop(VerifiedRecord record, Span span) {
    /** Whether it is the same peer with the same blocks, whichever record it was found by. */
    public boolean isSame(Hop other) {
      return record.node().equals(other.record.node()) && span.equals(other.span);
    }

    @Override
    public String toString() {
      return record.node() + " blocks " + span;
    }
  }

  /** {@code NODEID blocks 0:10 -> NODEID blocks 10:20}. */
  @Override
  public String toString() {
    return String.join(" -> ", hops.stream().map(Hop::toString).toList());
  }
}
