package org.weft.shard.kernel;

import static org.weft.shard.kernel.Lanes.BYTES;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.INTS;
import static org.weft.shard.kernel.Lanes.LE;
import static org.weft.shard.kernel.Lanes.PAIRS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * One segment of one vector of rows times one row of quantised activations, into {@code out[to…]}.
 * A line of 64 bytes is read as 16-bit lanes, two to a row: even columns of a group of four in the
 * low bytes, odd ones in the high bytes, to be multiplied by the pairs (q0, q2) and (q1, q3).
 *
 * <p>The sums of 16-bit lanes are exact: see the bounds at each kernel. Loop bodies stay below some
 * 32 vector operations and call nothing of ours, or C1 and C2 give up on them.
 */
final class VectorGemv {
  /** Two products of 8 bits by 7 fit 16 bits: 2 · 128 · 127 = 32512. */
  static void eightBits(
      MemorySegment data,
      long lines,
      int blocks,
      float[] scales,
      int[] pairs,
      int pair,
      float[] d,
      int dAt,
      float[] out,
      int to) {
    FloatVector acc = FloatVector.zero(FLOATS);
    for (int b = 0; b < blocks; b++) {
      IntVector sum = IntVector.zero(INTS);
      long line = lines + 512L * b;
      int x = pair + 16 * b;
      for (int g = 0; g < 8; g++) {
        ShortVector w = ShortVector.fromMemorySegment(PAIRS, data, line + 64L * g, LE);
        ShortVector even = IntVector.broadcast(INTS, pairs[x + 2 * g]).reinterpretAsShorts();
        ShortVector odd = IntVector.broadcast(INTS, pairs[x + 2 * g + 1]).reinterpretAsShorts();
        IntVector two =
            w.lanewise(VectorOperators.LSHL, 8)
                .lanewise(VectorOperators.ASHR, 8)
                .mul(even)
                .add(w.lanewise(VectorOperators.ASHR, 8).mul(odd))
                .reinterpretAsInts();
        sum =
            two.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(two.lanewise(VectorOperators.ASHR, 16))
                .add(sum);
      }
      FloatVector scale =
          FloatVector.fromArray(FLOATS, scales, b * FLOATS.length()).mul(d[dAt + 8 * b]);
      acc = ((FloatVector) sum.convert(VectorOperators.I2F, 0)).fma(scale, acc);
    }
    acc.intoArray(out, to);
  }

  /**
   * Unsigned 4 bits, plus bias times the activations: 16 products fit 16 bits, 16 · 15 · 127 =
   * 30480, and with bias -8 too; what overflows on the way comes back.
   */
  static void fourBits(
      MemorySegment data,
      long lines,
      int blocks,
      short bias,
      float[] scales,
      int[] pairs,
      int pair,
      int[] laneSums,
      int laneSum,
      float[] d,
      int dAt,
      float[] out,
      int to) {
    FloatVector acc = FloatVector.zero(FLOATS);
    for (int b = 0; b < blocks; b++) {
      ShortVector low = IntVector.broadcast(INTS, laneSums[laneSum + 2 * b]).reinterpretAsShorts();
      ShortVector high =
          IntVector.broadcast(INTS, laneSums[laneSum + 2 * b + 1]).reinterpretAsShorts();
      ShortVector sum = low.add(high).mul(bias);
      long line = lines + 256L * b;
      int x = pair + 16 * b;
      for (int l = 0; l < 4; l++) {
        ShortVector w = ShortVector.fromMemorySegment(PAIRS, data, line + 64L * l, LE);
        int at = x + 4 * l;
        ShortVector x0 = IntVector.broadcast(INTS, pairs[at]).reinterpretAsShorts();
        ShortVector x1 = IntVector.broadcast(INTS, pairs[at + 1]).reinterpretAsShorts();
        ShortVector x2 = IntVector.broadcast(INTS, pairs[at + 2]).reinterpretAsShorts();
        ShortVector x3 = IntVector.broadcast(INTS, pairs[at + 3]).reinterpretAsShorts();
        ShortVector w2 = w.lanewise(VectorOperators.LSHR, 4).and((short) 15);
        ShortVector w1 = w.lanewise(VectorOperators.LSHR, 8).and((short) 15);
        sum = w.and((short) 15).mul(x0).add(w1.mul(x1)).add(sum);
        sum = w2.mul(x2).add(w.lanewise(VectorOperators.LSHR, 12).mul(x3)).add(sum);
      }
      IntVector two = sum.reinterpretAsInts();
      IntVector one =
          two.lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(two.lanewise(VectorOperators.ASHR, 16));
      FloatVector scale =
          FloatVector.fromArray(FLOATS, scales, b * FLOATS.length()).mul(d[dAt + 8 * b]);
      acc = ((FloatVector) one.convert(VectorOperators.I2F, 0)).fma(scale, acc);
    }
    acc.intoArray(out, to);
  }

  /**
   * Unsigned 5 bits. q - 16 fits 16 bits (16 · 16 · 127 = 32512), so the lanes start at -16 times
   * the activations, and 16 times their sum is added in 32 bits.
   */
  static void fiveBits(
      MemorySegment data,
      long lines,
      int blocks,
      float[] scales,
      int[] pairs,
      int pair,
      int[] laneSums,
      int laneSum,
      float[] d,
      int dAt,
      int[] sums,
      float[] out,
      int to) {
    FloatVector acc = FloatVector.zero(FLOATS);
    for (int b = 0; b < blocks; b++) {
      ShortVector low = IntVector.broadcast(INTS, laneSums[laneSum + 2 * b]).reinterpretAsShorts();
      ShortVector high =
          IntVector.broadcast(INTS, laneSums[laneSum + 2 * b + 1]).reinterpretAsShorts();
      ShortVector sum = low.add(high).mul((short) -16);
      long line = lines + 320L * b;
      ShortVector h = ShortVector.fromMemorySegment(PAIRS, data, line + 256, LE);
      int x = pair + 16 * b;
      for (int l = 0; l < 4; l++) {
        ShortVector w = ShortVector.fromMemorySegment(PAIRS, data, line + 64L * l, LE);
        int at = x + 4 * l;
        ShortVector w0 = w.and((short) 15).or(h.and((short) 1).lanewise(VectorOperators.LSHL, 4));
        sum = w0.mul(IntVector.broadcast(INTS, pairs[at]).reinterpretAsShorts()).add(sum);
        ShortVector w1 =
            w.lanewise(VectorOperators.LSHR, 8)
                .and((short) 15)
                .or(h.and((short) 0x100).lanewise(VectorOperators.LSHR, 4));
        sum = w1.mul(IntVector.broadcast(INTS, pairs[at + 1]).reinterpretAsShorts()).add(sum);
        ShortVector w2 =
            w.lanewise(VectorOperators.LSHR, 4)
                .and((short) 15)
                .or(h.and((short) 2).lanewise(VectorOperators.LSHL, 3));
        sum = w2.mul(IntVector.broadcast(INTS, pairs[at + 2]).reinterpretAsShorts()).add(sum);
        ShortVector w3 =
            w.lanewise(VectorOperators.LSHR, 12)
                .or(h.and((short) 0x200).lanewise(VectorOperators.LSHR, 5));
        sum = w3.mul(IntVector.broadcast(INTS, pairs[at + 3]).reinterpretAsShorts()).add(sum);
        h = h.lanewise(VectorOperators.LSHR, 2);
      }
      IntVector two = sum.reinterpretAsInts();
      IntVector one =
          two.lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(two.lanewise(VectorOperators.ASHR, 16))
              .add(16 * sums[dAt + 8 * b]);
      FloatVector scale =
          FloatVector.fromArray(FLOATS, scales, b * FLOATS.length()).mul(d[dAt + 8 * b]);
      acc = ((FloatVector) one.convert(VectorOperators.I2F, 0)).fma(scale, acc);
    }
    acc.intoArray(out, to);
  }

  /** Signed 6 bits, sub-scales by 16 columns: 8 products fit 16 bits, 8 · 32 · 127 = 32512. */
  static void sixBits(
      MemorySegment data,
      long lines,
      long subs,
      int blocks,
      float[] scales,
      int[] pairs,
      int pair,
      int[] laneSums,
      int laneSum,
      float[] d,
      int dAt,
      float[] out,
      int to) {
    FloatVector acc = FloatVector.zero(FLOATS);
    IntVector one = IntVector.zero(INTS);
    for (int i = 0; i < 2 * blocks; i++) {
      int b = i >> 1;
      int half = i & 1;
      long line = lines + 384L * b;
      ShortVector sum =
          IntVector.broadcast(INTS, laneSums[laneSum + i]).reinterpretAsShorts().mul((short) -32);
      ShortVector h = ShortVector.fromMemorySegment(PAIRS, data, line + 256 + 64L * half, LE);
      for (int l = 0; l < 2; l++) {
        ShortVector w =
            ShortVector.fromMemorySegment(PAIRS, data, line + 128L * half + 64L * l, LE);
        int at = pair + 8 * i + 4 * l;
        ShortVector w0 = w.and((short) 15).or(h.and((short) 3).lanewise(VectorOperators.LSHL, 4));
        sum = w0.mul(IntVector.broadcast(INTS, pairs[at]).reinterpretAsShorts()).add(sum);
        ShortVector w1 =
            w.lanewise(VectorOperators.LSHR, 8)
                .and((short) 15)
                .or(h.and((short) 0x300).lanewise(VectorOperators.LSHR, 4));
        sum = w1.mul(IntVector.broadcast(INTS, pairs[at + 1]).reinterpretAsShorts()).add(sum);
        ShortVector w2 =
            w.lanewise(VectorOperators.LSHR, 4)
                .and((short) 15)
                .or(h.and((short) 12).lanewise(VectorOperators.LSHL, 2));
        sum = w2.mul(IntVector.broadcast(INTS, pairs[at + 2]).reinterpretAsShorts()).add(sum);
        ShortVector w3 =
            w.lanewise(VectorOperators.LSHR, 12)
                .or(h.and((short) 0xc00).lanewise(VectorOperators.LSHR, 6));
        sum = w3.mul(IntVector.broadcast(INTS, pairs[at + 3]).reinterpretAsShorts()).add(sum);
        h = h.lanewise(VectorOperators.LSHR, 4);
      }
      IntVector two = sum.reinterpretAsInts();
      IntVector sub =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, data, subs + 16L * i, LE)
                  .convertShape(VectorOperators.B2I, INTS, 0);
      one =
          two.lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(two.lanewise(VectorOperators.ASHR, 16))
              .mul(sub)
              .add(one);
      if (half == 1) {
        FloatVector scale =
            FloatVector.fromArray(FLOATS, scales, b * FLOATS.length()).mul(d[dAt + 8 * b]);
        acc = ((FloatVector) one.convert(VectorOperators.I2F, 0)).fma(scale, acc);
        one = IntVector.zero(INTS);
      }
    }
    acc.intoArray(out, to);
  }

  /** out = fma(m, d · Σq, out), blocks ascending. */
  static void mins(float[] mins, int blocks, float[] scaledSums, int at, float[] out, int to) {
    FloatVector acc = FloatVector.fromArray(FLOATS, out, to);
    for (int b = 0; b < blocks; b++) {
      acc =
          FloatVector.fromArray(FLOATS, mins, b * FLOATS.length())
              .fma(FloatVector.broadcast(FLOATS, scaledSums[at + 8 * b]), acc);
    }
    acc.intoArray(out, to);
  }

  private VectorGemv() {}
}
