package org.weft.shard.tokenizer;

import java.util.Arrays;

/** A growing array of ints. One call's; one thread. */
final class IntBuffer {
  private int[] values;
  private int size;

  IntBuffer(int capacity) {
    values = new int[Math.max(8, capacity)];
  }

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size + (size >> 1));
    }
    values[size++] = value;
  }

  int get(int index) {
    return values[index];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
