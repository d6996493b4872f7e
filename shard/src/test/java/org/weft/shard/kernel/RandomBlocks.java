package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.weft.shard.gguf.TensorType;

/** Made-up tensors in GGUF's own bytes: every bit random, all scales finite. */
final class RandomBlocks {
  private static final int[] NO_SCALES = {};

  /** Rows of random blocks; scales lie within ±2^-4 or so, as in real models. */
  static byte[] of(TensorType type, int rows, int cols, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[Math.toIntExact(PackedMatrix.sourceBytes(type, rows, cols))];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case F32 -> {
        for (int i = 0; i < bytes.length; i += 4) {
          buffer.putFloat(i, (float) random.nextGaussian(0, 0.05));
        }
      }
      case F16 -> {
        for (int i = 0; i < bytes.length; i += 2) {
          buffer.putShort(i, Float.floatToFloat16((float) random.nextGaussian(0, 0.05)));
        }
      }
      case BF16 -> {
        for (int i = 0; i < bytes.length; i += 2) {
          float value = (float) random.nextGaussian(0, 0.05);
          buffer.putShort(i, (short) (Float.floatToRawIntBits(value) >>> 16));
        }
      }
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K -> {
        for (int block = 0; block < bytes.length; block += type.blockBytes()) {
          for (int at : scales(type)) {
            float scale = (float) random.nextDouble(-0.06, 0.06);
            buffer.putShort(block + at, Float.floatToFloat16(scale));
          }
        }
      }
    }
    return bytes;
  }

  /** Where a block's f16 scales and mins stand. */
  static int[] scales(TensorType type) {
    return switch (type) {
      case F32, F16, BF16 -> NO_SCALES;
      case Q8_0, Q4_0 -> new int[] {0};
      case Q4_1, Q4_K, Q5_K -> new int[] {0, 2};
      case Q6_K -> new int[] {208};
    };
  }

  static PackedMatrix matrix(TensorType type, int rows, int cols, long seed, ComputePool pool) {
    byte[] bytes = of(type, rows, cols, seed);
    return PackedMatrix.pack("random", type, rows, cols, MemorySegment.ofArray(bytes), pool);
  }

  private RandomBlocks() {}
}
