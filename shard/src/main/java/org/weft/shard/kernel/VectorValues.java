package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
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
 * Weighted sums of one vector of channels over positions of a value page, ascending, for four
 * queries at once. All offsets are in bytes; query i has its weights at {@code weights[i] + at} and
 * its sums at {@code sums[i] + channel} of the scratch. Entries may repeat: they then do the same
 * work twice.
 */
final class VectorValues {
  /** Values in f16, from {@code values} on at every {@code pitch}. */
  static void halves(
      MemorySegment kv,
      long values,
      long pitch,
      int count,
      MemorySegment scratch,
      long[] weights,
      long at,
      long[] sums,
      long channel) {
    long w0 = weights[0] + at;
    long w1 = weights[1] + at;
    long w2 = weights[2] + at;
    long w3 = weights[3] + at;
    FloatVector a = FloatVector.fromMemorySegment(FLOATS, scratch, sums[0] + channel, LE);
    FloatVector b = FloatVector.fromMemorySegment(FLOATS, scratch, sums[1] + channel, LE);
    FloatVector c = FloatVector.fromMemorySegment(FLOATS, scratch, sums[2] + channel, LE);
    FloatVector d = FloatVector.fromMemorySegment(FLOATS, scratch, sums[3] + channel, LE);
    for (int p = 0; p < count; p++) {
      FloatVector v =
          ShortVector.fromMemorySegment(HALVES, kv, values + pitch * p, LE)
              .convertShape(VectorOperators.S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, 13)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_SCALE);
      a = v.fma(FloatVector.broadcast(FLOATS, scratch.get(JAVA_FLOAT, w0 + 4L * p)), a);
      b = v.fma(FloatVector.broadcast(FLOATS, scratch.get(JAVA_FLOAT, w1 + 4L * p)), b);
      c = v.fma(FloatVector.broadcast(FLOATS, scratch.get(JAVA_FLOAT, w2 + 4L * p)), c);
      d = v.fma(FloatVector.broadcast(FLOATS, scratch.get(JAVA_FLOAT, w3 + 4L * p)), d);
    }
    a.intoMemorySegment(scratch, sums[0] + channel, LE);
    b.intoMemorySegment(scratch, sums[1] + channel, LE);
    c.intoMemorySegment(scratch, sums[2] + channel, LE);
    d.intoMemorySegment(scratch, sums[3] + channel, LE);
  }

  /** Values in int8, times one f16 scale a position at every {@code scalePitch} (exact). */
  static void bytes(
      MemorySegment kv,
      long values,
      long pitch,
      long scales,
      long scalePitch,
      int count,
      MemorySegment scratch,
      long[] weights,
      long at,
      long[] sums,
      long channel) {
    long w0 = weights[0] + at;
    long w1 = weights[1] + at;
    long w2 = weights[2] + at;
    long w3 = weights[3] + at;
    FloatVector a = FloatVector.fromMemorySegment(FLOATS, scratch, sums[0] + channel, LE);
    FloatVector b = FloatVector.fromMemorySegment(FLOATS, scratch, sums[1] + channel, LE);
    FloatVector c = FloatVector.fromMemorySegment(FLOATS, scratch, sums[2] + channel, LE);
    FloatVector d = FloatVector.fromMemorySegment(FLOATS, scratch, sums[3] + channel, LE);
    for (int p = 0; p < count; p++) {
      float scale = Float.float16ToFloat(kv.get(JAVA_SHORT, scales + scalePitch * p));
      FloatVector v =
          ((FloatVector)
                  ByteVector.fromMemorySegment(BYTES, kv, values + pitch * p, LE)
                      .convertShape(VectorOperators.B2I, INTS, 0)
                      .convert(VectorOperators.I2F, 0))
              .mul(scale);
      a = v.fma(FloatVector.broadcast(FLOATS, scratch.get(JAVA_FLOAT, w0 + 4L * p)), a);
      b = v.fma(FloatVector.broadcast(FLOATS, scratch.get(JAVA_FLOAT, w1 + 4L * p)), b);
      c = v.fma(FloatVector.broadcast(FLOATS, scratch.get(JAVA_FLOAT, w2 + 4L * p)), c);
      d = v.fma(FloatVector.broadcast(FLOATS, scratch.get(JAVA_FLOAT, w3 + 4L * p)), d);
    }
    a.intoMemorySegment(scratch, sums[0] + channel, LE);
    b.intoMemorySegment(scratch, sums[1] + channel, LE);
    c.intoMemorySegment(scratch, sums[2] + channel, LE);
    d.intoMemorySegment(scratch, sums[3] + channel, LE);
  }

  private VectorValues() {}
}
