package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.HALVES;
import static org.weft.shard.kernel.Lanes.HALF_MASK;
import static org.weft.shard.kernel.Lanes.HALF_SCALE;
import static org.weft.shard.kernel.Lanes.INTS;
import static org.weft.shard.kernel.Lanes.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import org.weft.shard.gguf.TensorType;

/**
 * Segments of unquantised weights times one row of activations. Two vectors of rows at a time,
 * since each is one chain of fma; they start at bytes {@code first} and {@code second}.
 */
final class VectorFloats {
  static void gemv(
      TensorType type,
      MemorySegment data,
      long first,
      long second,
      int cols,
      MemorySegment x,
      long xAt,
      float[] out,
      int to) {
    switch (type) {
      case F32 -> words(data, first, second, cols, x, xAt, out, to);
      case F16 -> halves(data, first, second, cols, x, xAt, out, to);
      case BF16 -> bfloats(data, first, second, cols, x, xAt, out, to);
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K -> throw new IllegalStateException(type.name());
    }
  }

  private static void words(
      MemorySegment data,
      long first,
      long second,
      int cols,
      MemorySegment x,
      long xAt,
      float[] out,
      int to) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    for (int k = 0; k < cols; k++) {
      FloatVector v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, xAt + 4L * k));
      a = FloatVector.fromMemorySegment(FLOATS, data, first + 64L * k, LE).fma(v, a);
      b = FloatVector.fromMemorySegment(FLOATS, data, second + 64L * k, LE).fma(v, b);
    }
    a.intoArray(out, to);
    b.intoArray(out, to + COUNT);
  }

  private static void halves(
      MemorySegment data,
      long first,
      long second,
      int cols,
      MemorySegment x,
      long xAt,
      float[] out,
      int to) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    for (int k = 0; k < cols; k++) {
      FloatVector v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, xAt + 4L * k));
      a =
          ShortVector.fromMemorySegment(HALVES, data, first + 32L * k, LE)
              .convertShape(VectorOperators.S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, 13)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_SCALE)
              .fma(v, a);
      b =
          ShortVector.fromMemorySegment(HALVES, data, second + 32L * k, LE)
              .convertShape(VectorOperators.S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, 13)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_SCALE)
              .fma(v, b);
    }
    a.intoArray(out, to);
    b.intoArray(out, to + COUNT);
  }

  private static void bfloats(
      MemorySegment data,
      long first,
      long second,
      int cols,
      MemorySegment x,
      long xAt,
      float[] out,
      int to) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    for (int k = 0; k < cols; k++) {
      FloatVector v = FloatVector.broadcast(FLOATS, x.get(JAVA_FLOAT, xAt + 4L * k));
      a =
          ShortVector.fromMemorySegment(HALVES, data, first + 32L * k, LE)
              .convertShape(VectorOperators.S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, a);
      b =
          ShortVector.fromMemorySegment(HALVES, data, second + 32L * k, LE)
              .convertShape(VectorOperators.S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, b);
    }
    a.intoArray(out, to);
    b.intoArray(out, to + COUNT);
  }

  private VectorFloats() {}
}
