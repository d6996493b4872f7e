package org.weft.shard.kernel;

import static org.weft.shard.kernel.Lanes.BYTES;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.HALVES;
import static org.weft.shard.kernel.Lanes.HALF_MASK;
import static org.weft.shard.kernel.Lanes.HALF_SCALE;
import static org.weft.shard.kernel.Lanes.INTS;
import static org.weft.shard.kernel.Lanes.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Weights of one vector of rows as f32, whole numbers for quantised types (Q6_K: times the
 * sub-scale): column k goes to {@code to + k * stride}. For products with many rows of activations,
 * whose sums of blocks are below 2^24 and so exact in f32.
 */
final class VectorTiles {
  static void eightBits(
      MemorySegment data, long lines, int groups, float[] tile, int to, int stride) {
    for (int g = 0; g < groups; g++) {
      IntVector w = IntVector.fromMemorySegment(INTS, data, lines + 64L * g, LE);
      int at = to + 4 * g * stride;
      ((FloatVector)
              w.lanewise(VectorOperators.LSHL, 24)
                  .lanewise(VectorOperators.ASHR, 24)
                  .convert(VectorOperators.I2F, 0))
          .intoArray(tile, at);
      ((FloatVector)
              w.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 24)
                  .convert(VectorOperators.I2F, 0))
          .intoArray(tile, at + stride);
      ((FloatVector)
              w.lanewise(VectorOperators.LSHL, 8)
                  .lanewise(VectorOperators.ASHR, 24)
                  .convert(VectorOperators.I2F, 0))
          .intoArray(tile, at + 2 * stride);
      ((FloatVector) w.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0))
          .intoArray(tile, at + 3 * stride);
    }
  }

  /** {@code bias} is added: -8 for Q4_0. */
  static void fourBits(
      MemorySegment data, long lines, int count, int bias, float[] tile, int to, int stride) {
    for (int l = 0; l < count; l++) {
      IntVector w = IntVector.fromMemorySegment(INTS, data, lines + 64L * l, LE);
      for (int j = 0; j < 4; j++) {
        int at = to + (8 * l + j) * stride;
        IntVector low = w.and(15).add(bias);
        IntVector high = w.lanewise(VectorOperators.LSHR, 4).and(15).add(bias);
        ((FloatVector) low.convert(VectorOperators.I2F, 0)).intoArray(tile, at);
        ((FloatVector) high.convert(VectorOperators.I2F, 0)).intoArray(tile, at + 4 * stride);
        w = w.lanewise(VectorOperators.LSHR, 8);
      }
    }
  }

  static void fiveBits(
      MemorySegment data, long lines, int blocks, float[] tile, int to, int stride) {
    for (int l = 0; l < 4 * blocks; l++) {
      long block = lines + 320L * (l >> 2);
      IntVector w = IntVector.fromMemorySegment(INTS, data, block + 64L * (l & 3), LE);
      IntVector h =
          IntVector.fromMemorySegment(INTS, data, block + 256, LE)
              .lanewise(VectorOperators.LSHR, 2 * (l & 3));
      for (int j = 0; j < 4; j++) {
        int at = to + (8 * l + j) * stride;
        IntVector low = w.and(15).or(h.and(1).lanewise(VectorOperators.LSHL, 4));
        IntVector high =
            w.lanewise(VectorOperators.LSHR, 4)
                .and(15)
                .or(h.and(2).lanewise(VectorOperators.LSHL, 3));
        ((FloatVector) low.convert(VectorOperators.I2F, 0)).intoArray(tile, at);
        ((FloatVector) high.convert(VectorOperators.I2F, 0)).intoArray(tile, at + 4 * stride);
        w = w.lanewise(VectorOperators.LSHR, 8);
        h = h.lanewise(VectorOperators.LSHR, 8);
      }
    }
  }

  static void sixBits(
      MemorySegment data, long lines, long subs, int blocks, float[] tile, int to, int stride) {
    for (int l = 0; l < 4 * blocks; l++) {
      long block = lines + 384L * (l >> 2);
      int half = l >> 1 & 1;
      IntVector w = IntVector.fromMemorySegment(INTS, data, block + 64L * (l & 3), LE);
      IntVector h =
          IntVector.fromMemorySegment(INTS, data, block + 256 + 64L * half, LE)
              .lanewise(VectorOperators.LSHR, 4 * (l & 1));
      FloatVector sub =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, data, subs + 16L * (l >> 1), LE)
                  .convertShape(VectorOperators.B2I, INTS, 0)
                  .convert(VectorOperators.I2F, 0);
      for (int j = 0; j < 4; j++) {
        int at = to + (8 * l + j) * stride;
        IntVector low = w.and(15).or(h.and(3).lanewise(VectorOperators.LSHL, 4)).sub(32);
        IntVector high =
            w.lanewise(VectorOperators.LSHR, 4)
                .and(15)
                .or(h.and(12).lanewise(VectorOperators.LSHL, 2))
                .sub(32);
        ((FloatVector) low.convert(VectorOperators.I2F, 0)).mul(sub).intoArray(tile, at);
        ((FloatVector) high.convert(VectorOperators.I2F, 0))
            .mul(sub)
            .intoArray(tile, at + 4 * stride);
        w = w.lanewise(VectorOperators.LSHR, 8);
        h = h.lanewise(VectorOperators.LSHR, 8);
      }
    }
  }

  static void words(MemorySegment data, long at, int cols, float[] tile, int to, int stride) {
    for (int k = 0; k < cols; k++) {
      FloatVector.fromMemorySegment(FLOATS, data, at + 64L * k, LE)
          .intoArray(tile, to + k * stride);
    }
  }

  static void halves(MemorySegment data, long at, int cols, float[] tile, int to, int stride) {
    for (int k = 0; k < cols; k++) {
      ShortVector.fromMemorySegment(HALVES, data, at + 32L * k, LE)
          .convertShape(VectorOperators.S2I, INTS, 0)
          .reinterpretAsInts()
          .lanewise(VectorOperators.LSHL, 13)
          .and(HALF_MASK)
          .reinterpretAsFloats()
          .mul(HALF_SCALE)
          .intoArray(tile, to + k * stride);
    }
  }

  static void bfloats(MemorySegment data, long at, int cols, float[] tile, int to, int stride) {
    for (int k = 0; k < cols; k++) {
      ShortVector.fromMemorySegment(HALVES, data, at + 32L * k, LE)
          .convertShape(VectorOperators.S2I, INTS, 0)
          .reinterpretAsInts()
          .lanewise(VectorOperators.LSHL, 16)
          .reinterpretAsFloats()
          .intoArray(tile, to + k * stride);
    }
  }

  private VectorTiles() {}
}
