package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Cosines and sines of every position so far seen, each made in double with StrictMath and rounded
 * once. Grown by the thread that runs forward, before others read it.
 */
final class RopeTable {
  private static final int FIRST_POSITIONS = 256;

  private final RopeFrequencies frequencies;
  private final int context;
  private MemorySegment cosines; // f32 [capacity, pairs]
  private MemorySegment sines; // f32 [capacity, pairs]
  private int capacity;
  private int filled;

  RopeTable(RopeFrequencies frequencies, int context) {
    this.frequencies = frequencies;
    this.context = context;
    capacity = Math.min(context, FIRST_POSITIONS);
    cosines = allocate(capacity);
    sines = allocate(capacity);
  }

  /** Pairs of a head that turn: elements of a row. */
  int pairs() {
    return frequencies.perPosition().length;
  }

  /** f32 [positions, pairs]. */
  MemorySegment cosines() {
    return cosines;
  }

  /** f32 [positions, pairs]. */
  MemorySegment sines() {
    return sines;
  }

  /** Makes the table reach to {@code positions}. */
  void reach(int positions) {
    if (positions > capacity) {
      grow((int) Math.min(context, Math.max(positions, 2L * capacity)));
    }
    for (; filled < positions; filled++) {
      for (int i = 0; i < pairs(); i++) {
        double angle = filled * frequencies.perPosition()[i];
        long at = (long) filled * pairs() + i;
        double magnitude = frequencies.magnitude();
        cosines.setAtIndex(JAVA_FLOAT, at, (float) (StrictMath.cos(angle) * magnitude));
        sines.setAtIndex(JAVA_FLOAT, at, (float) (StrictMath.sin(angle) * magnitude));
      }
    }
  }

  private void grow(int positions) {
    MemorySegment moreCosines = allocate(positions);
    MemorySegment moreSines = allocate(positions);
    moreCosines.copyFrom(cosines);
    moreSines.copyFrom(sines);
    cosines = moreCosines;
    sines = moreSines;
    capacity = positions;
  }

  /** Memory that goes when the table is no longer reachable. */
  private MemorySegment allocate(int positions) {
    return Arena.ofAuto().allocate(Math.max(1, (long) positions * pairs()) * Float.BYTES, 64);
  }
}
