package org.weft.shard.kernel;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shapes of this machine, 128 to 512 bits. A panel of 16 rows is one, two or four
 * vectors of {@link #COUNT} rows; which of these changes no bit of any result.
 *
 * <p>In a loop, what is carried round it is an argument of the operations on it, never their
 * receiver ({@code x.add(sum)}, not {@code sum.add(x)}). The compiler knows the class of a vector
 * that was just loaded; that of a loop's it takes from a profile, and where {@link FloatVector#add}
 * has no ripe one yet, it calls the operation and boxes its vectors, for good.
 */
final class Lanes {
  static final VectorShape SHAPE =
      VectorShape.forBitSize(Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512));

  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);

  /** Two lanes to a row: the pairs of a group of four. */
  static final VectorSpecies<Short> PAIRS = VectorSpecies.of(short.class, SHAPE);

  /** Rows of a vector. */
  static final int COUNT = FLOATS.length();

  /** One 16-bit element a row. */
  static final VectorSpecies<Short> HALVES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(16 * COUNT));

  /** One byte a row, in the narrowest shape there is; part 0 holds the rows. */
  static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * COUNT)));

  static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  /** Sign, exponent and fraction of a sign-extended binary16, moved up by 13. */
  static final int HALF_MASK = 0x8fffe000;

  /** What that has to be multiplied by: the difference of the exponent biases. */
  static final float HALF_SCALE = 0x1p112f;

  private Lanes() {}
}
