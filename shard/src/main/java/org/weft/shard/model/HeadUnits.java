package org.weft.shard.model;

import org.weft.shard.model.BlockPlan.Attention;

/**
 * The rows of the query, key and value matrices cut into units of whole heads that are whole panels
 * of 16 rows too, so that whoever computes a unit can turn and store its heads at once.
 *
 * <p>Units come in groups, one for as many KV heads as a unit has: their keys, their values, and
 * the queries that go with them. So what attention of a head needs stands together.
 */
final class HeadUnits {
  private static final int PANEL = 16;

  /** Heads of one unit. */
  static int headsPerUnit(int headSize) {
    int heads = 1;
    while (heads * headSize % PANEL != 0) {
      heads *= 2;
    }
    return heads;
  }

  /** Units of one group; the last group may have units without heads. */
  static int perGroup(Attention attention) {
    return 2 + attention.heads() / attention.kvHeads();
  }

  /** The group that has what a KV head needs. */
  static int group(Attention attention, int kvHead) {
    return kvHead / headsPerUnit(attention.headSize());
  }

  static int count(Attention attention) {
    int groups = Math.ceilDiv(attention.kvHeads(), headsPerUnit(attention.headSize()));
    return groups * perGroup(attention);
  }

  private HeadUnits() {}
}
