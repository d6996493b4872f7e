package org.weft.shard.kernel;

import static org.weft.shard.kernel.Lanes.BYTES;
import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.Lanes.HALF_MASK;
import static org.weft.shard.kernel.Lanes.HALF_SCALE;
import static org.weft.shard.kernel.Lanes.HALVES;
import static org.weft.shard.kernel.Lanes.INTS;
import static org.weft.shard.kernel.Lanes.LE;
import static org.weft.shard.kernel.PackedLayout.SUPER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Scales and mins of a segment as f32 for one vector of rows: block b goes to {@code to + b *
 * stride}. All products here are exact.
 */
final class VectorScales {
  /** w of every block of a segment that starts at byte {@code at}; {@code part} is the rows. */
  static void scales(
      PackedLayout layout,
      MemorySegment data,
      long at,
      int blocks,
      int part,
      float[] into,
      int to,
      int stride) {
    switch (layout.type()) {
      case Q8_0, Q4_0, Q4_1 -> halves(data, at + 2L * part * COUNT, blocks, 1, into, to, stride);
      case Q4_K, Q5_K -> {
        long subs = at + layout.subScales(blocks) + (long) part * COUNT;
        supers(data, at + 2L * part * COUNT, 64, subs, blocks, 1f, into, to, stride);
      }
      case Q6_K -> halves(data, at + 2L * part * COUNT, blocks, SUPER, into, to, stride);
      case F32, F16, BF16 -> throw new IllegalStateException(layout.type().name());
    }
  }

  /** m of every block likewise; only for types with mins. */
  static void mins(
      PackedLayout layout,
      MemorySegment data,
      long at,
      int blocks,
      int part,
      float[] into,
      int to,
      int stride) {
    long mins = at + layout.mins(blocks);
    switch (layout.type()) {
      case Q4_1 -> halves(data, mins + 2L * part * COUNT, blocks, 1, into, to, stride);
      case Q4_K, Q5_K ->
          supers(
              data,
              at + 32 + 2L * part * COUNT,
              64,
              mins + (long) part * COUNT,
              blocks,
              -1f,
              into,
              to,
              stride);
      case F32, F16, BF16, Q8_0, Q4_0, Q6_K ->
          throw new IllegalStateException(layout.type().name());
    }
  }

  static boolean hasMins(PackedLayout layout) {
    return switch (layout.type()) {
      case Q4_1, Q4_K, Q5_K -> true;
      case F32, F16, BF16, Q8_0, Q4_0, Q6_K -> false;
    };
  }

  /** f16 [blocks / each, 16], the same for {@code each} blocks. */
  private static void halves(
      MemorySegment data, long at, int blocks, int each, float[] into, int to, int stride) {
    for (int b = 0; b < blocks; b++) {
      ShortVector.fromMemorySegment(HALVES, data, at + 32L * (b / each), LE)
          .convertShape(VectorOperators.S2I, INTS, 0)
          .reinterpretAsInts()
          .lanewise(VectorOperators.LSHL, 13)
          .and(HALF_MASK)
          .reinterpretAsFloats()
          .mul(HALF_SCALE)
          .intoArray(into, to + b * stride);
    }
  }

  /** f16 [blocks / 8, 16] at every {@code pitch} bytes, times bytes [blocks, 16], times sign. */
  private static void supers(
      MemorySegment data,
      long at,
      long pitch,
      long subs,
      int blocks,
      float sign,
      float[] into,
      int to,
      int stride) {
    for (int b = 0; b < blocks; b++) {
      FloatVector scale =
          ShortVector.fromMemorySegment(HALVES, data, at + pitch * (b / SUPER), LE)
              .convertShape(VectorOperators.S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, 13)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_SCALE * sign);
      FloatVector sub =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, data, subs + 16L * b, LE)
                  .convertShape(VectorOperators.B2I, INTS, 0)
                  .convert(VectorOperators.I2F, 0);
      scale.mul(sub).intoArray(into, to + b * stride);
    }
  }

  private VectorScales() {}
}
