package org.weft.node.routing;

import java.util.List;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.shard.model.Span;

/** A chain: hops whose spans follow each other from block 0 to the last. */
public record Route(List<Hop> hops) {
  public Route {
    hops = List.copyOf(hops);
  }

  /** A peer and the part of its span that it computes. */
  public record Hop(VerifiedRecord record, Span span) {}
}
