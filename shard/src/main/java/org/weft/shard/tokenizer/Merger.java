package org.weft.shard.tokenizer;

import java.util.Arrays;

/**
 * Merges neighbouring symbols, lowest rank first and leftmost among equals, until nothing merges: a
 * linked list of symbols and a heap of candidates, so that a word of n symbols takes n log n steps
 * whatever it looks like. A candidate is one long, rank above position; one that was overtaken is
 * recognised by asking the table again. One call's; one thread.
 */
final class Merger {
  private static final int NONE = -1;

  private final PairTable table;
  private int[] symbols = new int[64];
  private int[] next = new int[64];
  private int[] previous = new int[64];
  private int[] starts = new int[64];
  private long[] heap = new long[64];
  private int heapSize;
  private int count;

  Merger(PairTable table) {
    this.table = table;
  }

  void clear() {
    count = 0;
    heapSize = 0;
  }

  /** Appends a symbol (negative: one that never merges) that begins at {@code start}. */
  void add(int symbol, int start) {
    if (count == symbols.length) {
      int capacity = count * 2;
      symbols = Arrays.copyOf(symbols, capacity);
      starts = Arrays.copyOf(starts, capacity);
      next = new int[capacity];
      previous = new int[capacity];
    }
    symbols[count] = symbol;
    starts[count++] = start;
  }

  /** Merges; then walk from {@code 0} by {@link #next} while the index is not negative. */
  void merge() {
    for (int i = 0; i < count; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < count ? i + 1 : NONE;
    }
    for (int i = 0; i + 1 < count; i++) {
      offer(i);
    }
    while (heapSize > 0) {
      long candidate = pop();
      int left = (int) candidate;
      int right = symbols[left] < 0 ? NONE : next[left];
      int place = right == NONE ? -1 : table.find(symbols[left], symbols[right]);
      if (place < 0 || table.rank(place) != (int) (candidate >>> 32)) {
        continue;
      }
      symbols[left] = table.merged(place);
      symbols[right] = NONE;
      next[left] = next[right];
      if (next[right] != NONE) {
        previous[next[right]] = left;
      }
      next[right] = NONE;
      if (previous[left] != NONE) {
        offer(previous[left]);
      }
      offer(left);
    }
  }

  /** How many symbols were added. */
  int size() {
    return count;
  }

  int next(int index) {
    return next[index];
  }

  int symbol(int index) {
    return symbols[index];
  }

  int start(int index) {
    return starts[index];
  }

  private void offer(int left) {
    int right = next[left];
    if (right == NONE) {
      return;
    }
    int place = table.find(symbols[left], symbols[right]);
    if (place >= 0) {
      push(((long) table.rank(place) << 32) | left);
    }
  }

  private void push(long candidate) {
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize * 2);
    }
    int i = heapSize++;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (heap[parent] <= candidate) {
        break;
      }
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = candidate;
  }

  private long pop() {
    long top = heap[0];
    long last = heap[--heapSize];
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= heapSize) {
        break;
      }
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    if (heapSize > 0) {
      heap[i] = last;
    }
    return top;
  }
}
