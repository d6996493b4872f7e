package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** Off-heap f32 buffers, and their comparison by bits. */
public final class Buffers {
  public static MemorySegment floats(long count) {
    return Arena.ofAuto().allocate(4 * count, 64);
  }

  /** About normal, and the same on every machine: only integers and exact steps go in. */
  static float noise(SplittableRandom random) {
    long sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += random.nextInt();
    }
    return (float) (sum >> 16) * 0x1p-15f;
  }

  /** Noise with a few large numbers, as activations are. */
  public static MemorySegment random(long count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment buffer = floats(count);
    for (long i = 0; i < count; i++) {
      float scale = random.nextInt(64) == 0 ? 32 : 1;
      buffer.setAtIndex(JAVA_FLOAT, i, noise(random) * scale);
    }
    return buffer;
  }

  static MemorySegment copy(MemorySegment source) {
    return floats(source.byteSize() / 4).copyFrom(source);
  }

  /** Where two buffers differ first and how, or "" if they are the same bits. */
  static String difference(MemorySegment expected, MemorySegment actual) {
    long at = expected.mismatch(actual);
    if (at < 0) {
      return "";
    }
    long i = at / 4;
    return "element %d: %s and not %s"
        .formatted(i, actual.getAtIndex(JAVA_FLOAT, i), expected.getAtIndex(JAVA_FLOAT, i));
  }

  private Buffers() {}
}
