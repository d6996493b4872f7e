package org.weft.shard.model;

import org.weft.shard.model.BlockPlan.Attention;

/**
 * The rows of the query, key and value matrices cut into units of whole heads that are whole panels
 * of 16 rows too, so that whoever computes a unit can turn and store its heads at once. Units count
 * through queries first, then keys, then values.
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

  static int queryUnits(Attention attention) {
    return Math.ceilDiv(attention.heads(), headsPerUnit(attention.headSize()));
  }

  /** Of keys, and as many of values. */
  static int kvUnits(Attention attention) {
    return Math.ceilDiv(attention.kvHeads(), headsPerUnit(attention.headSize()));
  }

  static int count(Attention attention) {
    return queryUnits(attention) + 2 * kvUnits(attention);
  }

  private HeadUnits() {}
}
