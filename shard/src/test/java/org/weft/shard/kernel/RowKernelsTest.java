package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Norms, element by element kernels and rope. */
class RowKernelsTest {
  private static final int[] SIZES = {1, 2, 7, 15, 16, 17, 31, 33, 64, 100, 255, 257, 576, 2051};

  @Test
  void shouldGiveTheScalarBitsWhenRowsAreNormalised() {
    for (int n : SIZES) {
      MemorySegment x = Buffers.random(n + 5, n);
      MemorySegment weight = Buffers.random(n, n + 1);
      MemorySegment expected = Buffers.floats(n);
      MemorySegment actual = Buffers.floats(n);
      Norms.rms(Kernels.SCALAR, x, 5, weight, n, 1e-5f, expected, 0);
      Norms.rms(Kernels.VECTOR, x, 5, weight, n, 1e-5f, actual, 0);
      assertEquals("", Buffers.difference(expected, actual), "n " + n);
      Norms.rms(Kernels.VECTOR, x, 5, weight, n, 1e-5f, x, 5);
      assertEquals("", Buffers.difference(expected, x.asSlice(20)), "in place, n " + n);
    }
  }

  @Test
  void shouldNormaliseAsTheFormulaSaysWhenComparedInDouble() {
    int n = 577;
    MemorySegment x = Buffers.random(n, 1);
    MemorySegment weight = Buffers.random(n, 2);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.pow(x.getAtIndex(JAVA_FLOAT, i), 2);
    }
    MemorySegment out = Buffers.floats(n);
    Norms.rms(Kernels.VECTOR, x, 0, weight, n, 1e-5f, out, 0);
    for (int i = 0; i < n; i++) {
      double v = x.getAtIndex(JAVA_FLOAT, i) / Math.sqrt(sum / n + 1e-5);
      double expected = v * weight.getAtIndex(JAVA_FLOAT, i);
      assertEquals(expected, out.getAtIndex(JAVA_FLOAT, i), 1e-6 * Math.abs(expected));
    }
  }

  @Test
  void shouldGiveTheScalarBitsWhenGatesAreApplied() {
    for (int n : SIZES) {
      MemorySegment gate = Buffers.random(n + 3, n);
      gate.setAtIndex(JAVA_FLOAT, 3, -200f);
      MemorySegment up = Buffers.random(n + 1, n + 1);
      MemorySegment expected = Buffers.floats(n);
      Elementwise.siluMultiply(Kernels.SCALAR, gate, 3, up, 1, n, expected, 0);
      Elementwise.siluMultiply(Kernels.VECTOR, gate, 3, up, 1, n, gate, 3);
      assertEquals("", Buffers.difference(expected, gate.asSlice(12)), "n " + n);
    }
  }

  @Test
  void shouldGiveTheScalarBitsWhenAddedScaledOrCapped() {
    for (int n : SIZES) {
      MemorySegment x = Buffers.random(n + 3, n);
      MemorySegment a = Buffers.random(n + 1, n + 1);
      MemorySegment b = Buffers.copy(a);
      Elementwise.add(Kernels.SCALAR, a, 1, x, 3, n);
      Elementwise.add(Kernels.VECTOR, b, 1, x, 3, n);
      Elementwise.softCap(Kernels.SCALAR, a, 1, n, 30f);
      Elementwise.softCap(Kernels.VECTOR, b, 1, n, 30f);
      Elementwise.scale(Kernels.SCALAR, a, 1, n, 0.3f);
      Elementwise.scale(Kernels.VECTOR, b, 1, n, 0.3f);
      assertEquals("", Buffers.difference(a, b), "n " + n);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFindWhatIsNotFiniteWhereverItStands(Kernels kernels) {
    for (int n : SIZES) {
      MemorySegment x = Buffers.random(n, n);
      x.setAtIndex(JAVA_FLOAT, n / 2, Float.MAX_VALUE);
      assertTrue(Elementwise.finite(kernels, x, 0, n));
      for (int at : new int[] {0, n / 2, n - 1}) {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1f / 0f}) {
          float good = x.getAtIndex(JAVA_FLOAT, at);
          x.setAtIndex(JAVA_FLOAT, at, bad);
          assertFalse(Elementwise.finite(kernels, x, 0, n), bad + " at " + at + " of " + n);
          x.setAtIndex(JAVA_FLOAT, at, good);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTurnPairsByTheFormulaWhenPositionsAreRotated(Rope.Pairing pairing) {
    int heads = 3;
    int headSize = 10;
    int turned = 6;
    MemorySegment x = Buffers.random(2 + heads * headSize, 1);
    MemorySegment before = Buffers.copy(x);
    MemorySegment cosines = Buffers.random(10, 2);
    MemorySegment sines = Buffers.random(10, 3);
    Rope.apply(Kernels.VECTOR, pairing, x, 2, heads, headSize, turned, cosines, 4, sines, 7);
    for (int i = 0; i < 2 + heads * headSize; i++) {
      int within = (i - 2) % headSize;
      float expected = before.getAtIndex(JAVA_FLOAT, i);
      if (i >= 2 && within < turned) {
        boolean adjacent = pairing == Rope.Pairing.ADJACENT;
        int pair = adjacent ? within / 2 : within % 3;
        boolean first = adjacent ? within % 2 == 0 : within < 3;
        int partner = adjacent ? i ^ 1 : first ? i + 3 : i - 3;
        float x0 = before.getAtIndex(JAVA_FLOAT, first ? i : partner);
        float x1 = before.getAtIndex(JAVA_FLOAT, first ? partner : i);
        float c = cosines.getAtIndex(JAVA_FLOAT, 4 + pair);
        float s = sines.getAtIndex(JAVA_FLOAT, 7 + pair);
        expected = first ? Math.fma(-x1, s, x0 * c) : Math.fma(x1, c, x0 * s);
      }
      assertEquals(expected, x.getAtIndex(JAVA_FLOAT, i), "element " + i);
    }
  }
}
