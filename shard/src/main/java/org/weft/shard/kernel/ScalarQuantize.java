package org.weft.shard.kernel;

/** The definition of int8 activations: blocks of 32, ties to even. */
final class ScalarQuantize {
  /** Blocks whose largest magnitude is below this are zero. */
  static final float TINY = 0x1p-100f;

  static void row(Activations x, int row, int fromCol, int toCol) {
    int[] q = new int[Activations.BLOCK];
    for (int col = fromCol; col < toCol; col += Activations.BLOCK) {
      float amax = 0;
      for (int i = 0; i < q.length; i++) {
        amax = Math.max(amax, Math.abs(x.value(row, col + i)));
      }
      float inverse = amax < TINY ? 0f : 127f / amax;
      for (int i = 0; i < q.length; i++) {
        q[i] = (int) Math.rint(x.value(row, col + i) * inverse);
      }
      store(x, row, col / Activations.BLOCK, q, amax);
    }
  }

  /** Writes all that products read of one block. */
  static void store(Activations x, int row, int block, int[] q, float amax) {
    float scale = amax < TINY ? 0f : amax / 127f;
    int at = x.groupIndex(row, block);
    int sum = 0;
    int pair = x.pairIndex(row, block);
    int laneSum = x.laneSumIndex(row, block);
    float[] integers = x.integers();
    for (int half = 0; half < 2; half++) {
      int lanes = 0;
      for (int i = 16 * half; i < 16 * half + 16; i += 4) {
        int even = q[i] & 0xffff | q[i + 2] << 16;
        int odd = q[i + 1] & 0xffff | q[i + 3] << 16;
        x.pairs()[pair + i / 2] = even;
        x.pairs()[pair + i / 2 + 1] = odd;
        lanes = add(add(lanes, even), odd);
        int to = Activations.BLOCK * (at - row % 8) + 8 * i + row % 8;
        integers[to] = q[i];
        integers[to + 8] = q[i + 1];
        integers[to + 16] = q[i + 2];
        integers[to + 24] = q[i + 3];
      }
      x.laneSums()[laneSum + half] = lanes;
      sum += (short) lanes + (lanes >> 16);
    }
    x.scales()[at] = scale;
    x.sums()[at] = sum;
    x.scaledSums()[at] = scale * (float) sum;
  }

  /** Two sums of 16 bits in one int. */
  private static int add(int a, int b) {
    return a + b & 0xffff | (a >> 16) + (b >> 16) << 16;
  }

  private ScalarQuantize() {}
}
