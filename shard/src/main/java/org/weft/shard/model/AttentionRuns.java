package org.weft.shard.model;

/**
 * The rows of a chunk cut into pieces of work for attention: consecutive rows of one cache, few
 * enough that several workers have something to do. Reused; one owner.
 */
final class AttentionRuns {
  /** Rows that share a pass over a head's keys and values. */
  private static final int MAX_ROWS = 16;

  private final int[] firsts;
  private final int[] lengths;
  private int count;
  private int longest;

  AttentionRuns(int maxRows) {
    firsts = new int[maxRows];
    lengths = new int[maxRows];
  }

  /** Cuts rows [from, from + n) of the batch. */
  void cut(Batch batch, int from, int n) {
    count = 0;
    longest = 0;
    for (int row = from; row < from + n; row++) {
      int last = count - 1;
      boolean joins =
          last >= 0
              && lengths[last] < MAX_ROWS
              && batch.cache(row) == batch.cache(row - 1)
              && batch.position(row) == batch.position(row - 1) + 1;
      if (joins) {
        lengths[last]++;
      } else {
        firsts[count] = row;
        lengths[count++] = 1;
      }
      longest = Math.max(longest, batch.position(row) + 1);
    }
  }

  int count() {
    return count;
  }

  /** First row of a run, in the batch. */
  int first(int run) {
    return firsts[run];
  }

  int rows(int run) {
    return lengths[run];
  }

  /** Positions that the longest cache has with these rows. */
  int longest() {
    return longest;
  }
}
