package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.weft.shard.kernel.Lanes.BYTES;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.HALF_MASK;
import static org.weft.shard.kernel.Lanes.HALF_SCALE;
import static org.weft.shard.kernel.Lanes.HALVES;
import static org.weft.shard.kernel.Lanes.INTS;
import static org.weft.shard.kernel.Lanes.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * q·k of {@link #QUERIES} queries with one vector of positions of a key page, channels ascending.
 * All offsets are in bytes; query i is at {@code q + queries[i]} and its results go to {@code
 * scores[i]} of out.
 */
final class VectorKeys {
  /** Queries that share the widening of a page. */
  static final int QUERIES = 4;

  /** Keys in f16; {@code keys} is where channel 0 of the first of the positions stands. */
  static void halves(
      MemorySegment kv,
      long keys,
      int headSize,
      MemorySegment q,
      long[] queries,
      MemorySegment out,
      long[] scores,
      long at) {
    long q0 = queries[0];
    long q1 = queries[1];
    long q2 = queries[2];
    long q3 = queries[3];
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < headSize; i++) {
      FloatVector k =
          ShortVector.fromMemorySegment(HALVES, kv, keys + 64L * i, LE)
              .convertShape(VectorOperators.S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, 13)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_SCALE);
      a = k.fma(FloatVector.broadcast(FLOATS, q.get(JAVA_FLOAT, q0 + 4L * i)), a);
      b = k.fma(FloatVector.broadcast(FLOATS, q.get(JAVA_FLOAT, q1 + 4L * i)), b);
      c = k.fma(FloatVector.broadcast(FLOATS, q.get(JAVA_FLOAT, q2 + 4L * i)), c);
      d = k.fma(FloatVector.broadcast(FLOATS, q.get(JAVA_FLOAT, q3 + 4L * i)), d);
    }
    a.intoMemorySegment(out, scores[0] + at, LE);
    b.intoMemorySegment(out, scores[1] + at, LE);
    c.intoMemorySegment(out, scores[2] + at, LE);
    d.intoMemorySegment(out, scores[3] + at, LE);
  }

  /** Keys in int8, times the f16 scales at {@code scales} (exact). */
  static void bytes(
      MemorySegment kv,
      long keys,
      long scales,
      int headSize,
      MemorySegment q,
      long[] queries,
      MemorySegment out,
      long[] scores,
      long at) {
    long q0 = queries[0];
    long q1 = queries[1];
    long q2 = queries[2];
    long q3 = queries[3];
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int block = 0; block < headSize; block += 32) {
      FloatVector scale =
          ShortVector.fromMemorySegment(HALVES, kv, scales + 2L * block, LE)
              .convertShape(VectorOperators.S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, 13)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_SCALE);
      int end = Math.min(headSize, block + 32);
      for (int i = block; i < end; i++) {
        FloatVector k =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, kv, keys + 32L * i, LE)
                        .convertShape(VectorOperators.B2I, INTS, 0)
                        .convert(VectorOperators.I2F, 0))
                .mul(scale);
        a = k.fma(FloatVector.broadcast(FLOATS, q.get(JAVA_FLOAT, q0 + 4L * i)), a);
        b = k.fma(FloatVector.broadcast(FLOATS, q.get(JAVA_FLOAT, q1 + 4L * i)), b);
        c = k.fma(FloatVector.broadcast(FLOATS, q.get(JAVA_FLOAT, q2 + 4L * i)), c);
        d = k.fma(FloatVector.broadcast(FLOATS, q.get(JAVA_FLOAT, q3 + 4L * i)), d);
      }
    }
    a.intoMemorySegment(out, scores[0] + at, LE);
    b.intoMemorySegment(out, scores[1] + at, LE);
    c.intoMemorySegment(out, scores[2] + at, LE);
    d.intoMemorySegment(out, scores[3] + at, LE);
  }

  private VectorKeys() {}
}
