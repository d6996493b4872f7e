package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CanonicalMathTest {
  /** A prime, so that all low bits are met; {@link UlpError} tries every float. */
  private static final int STRIDE = 4099;

  @Test
  void shouldStayWithinTwoUlpWhenArgumentsCoverTheWholeRange() {
    assertClose("exp", CanonicalMath::exp, StrictMath::exp);
    assertClose("tanh", CanonicalMath::tanh, StrictMath::tanh);
    assertClose("erf", CanonicalMath::erf, UlpError::erf);
  }

  private static void assertClose(
      String name, UlpError.FloatFunction function, DoubleUnaryOperator reference) {
    UlpError.Worst worst = UlpError.worst(function, reference, STRIDE);
    assertTrue(worst.ulp() <= 2, name + ": " + worst);
  }

  @Test
  void shouldBeRightAtTheEdgesOfTheRange() {
    assertEquals(Float.POSITIVE_INFINITY, CanonicalMath.exp(88.72284f));
    assertEquals(0x1.ffff08p127f, CanonicalMath.exp(88.72283f), 0x1p104f);
    assertEquals(Float.MIN_VALUE, CanonicalMath.exp(-103.97f));
    assertEquals(0f, CanonicalMath.exp(-103.98f));
    assertEquals(1f, CanonicalMath.exp(-0f));
    assertEquals(1f, CanonicalMath.exp(Float.MIN_VALUE));
    assertEquals(0f, CanonicalMath.exp(Float.NEGATIVE_INFINITY));
    assertEquals(Float.POSITIVE_INFINITY, CanonicalMath.exp(Float.POSITIVE_INFINITY));
    assertEquals(Float.NaN, CanonicalMath.exp(Float.NaN));
    assertEquals(Float.NaN, CanonicalMath.tanh(Float.NaN));
    assertEquals(Float.NaN, CanonicalMath.erf(Float.NaN));
    assertEquals(-0f, CanonicalMath.tanh(-0f));
    assertEquals(-0f, CanonicalMath.erf(-0f));
    assertEquals(Float.MIN_VALUE, CanonicalMath.tanh(Float.MIN_VALUE));
    assertEquals(-1f, CanonicalMath.tanh(Float.NEGATIVE_INFINITY));
    assertEquals(1f, CanonicalMath.erf(Float.POSITIVE_INFINITY));
  }

  @Test
  void shouldVanishAndNotOverflowWhenSiluMeetsVeryNegativeArguments() {
    assertEquals(-0f, CanonicalMath.silu(-89f));
    assertEquals(-0f, CanonicalMath.silu(-1000f));
    assertEquals(-0f, CanonicalMath.silu(-Float.MAX_VALUE));
    assertEquals(-88f * StrictMath.exp(-88), CanonicalMath.silu(-88f), 1e-43);
    assertEquals(Float.MAX_VALUE, CanonicalMath.silu(Float.MAX_VALUE));
    assertEquals(0f, CanonicalMath.silu(0f));
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveTheScalarBitsWhenComputedInLanes(Elementwise.Function function) {
    int count = 1 << 16;
    MemorySegment x = Buffers.floats(count);
    for (int start = 0; start < 8; start++) {
      for (int i = 0; i < count; i++) {
        // Every exponent, both signs, infinities; not NaN, whose bits are nobody's.
        float value = Float.intBitsToFloat((i << 16) + start * 8191);
        x.setAtIndex(JAVA_FLOAT, i, Float.isNaN(value) ? 0.5f : value);
      }
      for (int n : new int[] {count, 1, 7, 15, 17, 33}) {
        MemorySegment expected = Buffers.floats(n);
        MemorySegment actual = Buffers.floats(n);
        Elementwise.map(Kernels.SCALAR, function, x, 3 * start, n - 3 * start % n, expected, 0);
        Elementwise.map(Kernels.VECTOR, function, x, 3 * start, n - 3 * start % n, actual, 0);
        assertEquals("", Buffers.difference(expected, actual), function + " of " + n);
      }
    }
  }
}
