package org.weft.node.routing;

import java.util.BitSet;
import java.util.StringJoiner;
import org.weft.shard.model.Span;

/** Which blocks of a model somebody serves. */
final class Coverage {
  private final int blocks;
  private final BitSet served;

  Coverage(int blocks) {
    this.blocks = blocks;
    served = new BitSet(blocks);
  }

  void add(Span span) {
    served.set(Math.min(span.start(), blocks), Math.min(span.end(), blocks));
  }

  /** The first block that nobody serves; the number of blocks where there is none. */
  int firstGap() {
    return served.nextClearBit(0);
  }

  /** {@code 0:10, 20:30}, or {@code none}. */
  @Override
  public String toString() {
    if (served.isEmpty()) {
      return "none";
    }
    StringJoiner ranges = new StringJoiner(", ");
    int start = served.nextSetBit(0);
    while (start >= 0) {
      int end = served.nextClearBit(start);
      ranges.add(start + ":" + end);
      start = served.nextSetBit(end);
    }
    return ranges.toString();
  }
}
