package org.weft.shard.sampling;

/**
 * A binary heap of token ids over scores that it does not own. Candidates are ordered by score
 * descending, then id ascending; the root is the first or the last of its tokens in this order. The
 * ids live in one array of the caller's size: nothing is allocated after construction.
 */
final class CandidateHeap {
  private final double[] scores;
  private final boolean firstAtRoot;
  private final int[] ids;
  private int size;

  CandidateHeap(double[] scores, int capacity, boolean firstAtRoot) {
    this.scores = scores;
    this.firstAtRoot = firstAtRoot;
    this.ids = new int[capacity];
  }

  int size() {
    return size;
  }

  int root() {
    return ids[0];
  }

  void clear() {
    size = 0;
  }

  /** Puts an id at the end, without order, until {@link #order()}. */
  void append(int id) {
    ids[size++] = id;
  }

  void order() {
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  void replaceRoot(int id) {
    ids[0] = id;
    sink(0);
  }

  int removeRoot() {
    int root = ids[0];
    ids[0] = ids[--size];
    sink(0);
    return root;
  }

  private void sink(int at) {
    int id = ids[at];
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && above(ids[child + 1], ids[child])) {
        child++;
      }
      if (!above(ids[child], id)) {
        break;
      }
      ids[at] = ids[child];
      at = child;
    }
    ids[at] = id;
  }

  private boolean above(int a, int b) {
    return firstAtRoot == precedes(a, b);
  }

  private boolean precedes(int a, int b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  }
}
