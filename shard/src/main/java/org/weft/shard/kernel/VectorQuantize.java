package org.weft.shard.kernel;

import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Int8 activations with columns in lanes: a maximum and roundings, which no order changes. */
final class VectorQuantize {
  private static final ThreadLocal<int[]> QUANTA =
      ThreadLocal.withInitial(() -> new int[Activations.BLOCK]);

  static void row(Activations x, int row, int fromCol, int toCol) {
    int[] q = QUANTA.get();
    for (int col = fromCol; col < toCol; col += Activations.BLOCK) {
      long at = 4 * ((long) row * x.cols() + col);
      float amax = largest(x.values(), at);
      float inverse = amax < ScalarQuantize.TINY ? 0f : 127f / amax;
      round(x.values(), at, inverse, q);
      ScalarQuantize.store(x, row, col / Activations.BLOCK, q, amax);
    }
  }

  private static float largest(MemorySegment values, long at) {
    FloatVector most = FloatVector.zero(FLOATS);
    for (int i = 0; i < Activations.BLOCK; i += COUNT) {
      most = FloatVector.fromMemorySegment(FLOATS, values, at + 4L * i, LE).abs().max(most);
    }
    return most.reduceLanes(VectorOperators.MAX);
  }

  /** Adding and subtracting 1.5 · 2^23 rounds to a whole number, ties to even. */
  private static void round(MemorySegment values, long at, float inverse, int[] q) {
    for (int i = 0; i < Activations.BLOCK; i += COUNT) {
      FloatVector rounded =
          FloatVector.fromMemorySegment(FLOATS, values, at + 4L * i, LE)
              .mul(inverse)
              .add(CanonicalMath.ROUND)
              .sub(CanonicalMath.ROUND);
      ((IntVector) rounded.convert(VectorOperators.F2I, 0)).intoArray(q, i);
    }
  }

  private VectorQuantize() {}
}
