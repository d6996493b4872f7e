package org.weft.shard.tokenizer;

import java.util.Arrays;

/**
 * From two adjacent symbols to the rank of their merge and the symbol that it makes: open
 * addressing over primitive arrays, since encoding asks it several times a character. Immutable
 * once built; any thread.
 */
final class PairTable {
  private static final long FREE = -1;

  private long[] keys;
  private int[] ranks;
  private int[] merged;
  private int mask;
  private int size;

  PairTable(int expected) {
    allocate(Integer.highestOneBit(Math.max(16, expected) * 2 - 1) * 2);
  }

  /** Keeps the lower rank where the pair is there already. */
  void put(int left, int right, int rank, int result) {
    if (size * 2 >= keys.length) {
      grow();
    }
    long key = key(left, right);
    int slot = slot(key);
    if (keys[slot] == FREE) {
      keys[slot] = key;
      size++;
    } else if (ranks[slot] <= rank) {
      return;
    }
    ranks[slot] = rank;
    merged[slot] = result;
  }

  /** A place to ask {@link #rank} and {@link #merged} about; -1 if the pair never merges. */
  int find(int left, int right) {
    if (left < 0 || right < 0) {
      return -1;
    }
    int slot = slot(key(left, right));
    return keys[slot] == FREE ? -1 : slot;
  }

  int rank(int place) {
    return ranks[place];
  }

  int merged(int place) {
    return merged[place];
  }

  private static long key(int left, int right) {
    return ((long) left << 32) | right;
  }

  private int slot(long key) {
    long hash = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 32) & mask;
    while (keys[slot] != FREE && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void allocate(int capacity) {
    keys = new long[capacity];
    Arrays.fill(keys, FREE);
    ranks = new int[capacity];
    merged = new int[capacity];
    mask = capacity - 1;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldRanks = ranks;
    int[] oldMerged = merged;
    allocate(oldKeys.length * 2);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != FREE) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        ranks[slot] = oldRanks[i];
        merged[slot] = oldMerged[i];
      }
    }
  }
}
