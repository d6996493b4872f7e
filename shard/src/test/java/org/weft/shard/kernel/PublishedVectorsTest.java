package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.shard.gguf.TensorType;

/** The test vectors that docs/numerics.md publishes. */
class PublishedVectorsTest {
  @ParameterizedTest
  @CsvSource({
    "exp, 1, 402df854",
    "exp, -1, 3ebc5ab2",
    "exp, 0.3, 3facc82c",
    "exp, 88.7, 7f7a37fc",
    "exp, -100, 0000001b",
    "tanh, 0.1, 3dcc1ebc",
    "tanh, 0.55, 3f002218",
    "tanh, 1, 3f42f7d6",
    "tanh, -3, bf7ebbe9",
    "erf, 0.1, 3de652f5",
    "erf, 0.9375, 3f50aa8d",
    "erf, 1, 3f57bb3e",
    "erf, -2.5, bf7fe554",
    "silu, 1, 3f3b26a8",
    "silu, -1, be89b2b1",
    "silu, 10, 411ffe24",
    "silu, -88, 83354ddc",
    "silu, -89, 80000000"
  })
  void shouldGiveThePublishedBitsWhenFunctionIsElementary(String name, float x, String bits) {
    float y =
        switch (name) {
          case "exp" -> CanonicalMath.exp(x);
          case "tanh" -> CanonicalMath.tanh(x);
          case "erf" -> CanonicalMath.erf(x);
          default -> CanonicalMath.silu(x);
        };
    assertEquals(bits, "%08x".formatted(Float.floatToRawIntBits(y)));
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveThePublishedBitsWhenRowMeetsRow(Kernels kernels) {
    ByteBuffer blocks = ByteBuffer.allocate(68).order(ByteOrder.LITTLE_ENDIAN);
    for (int k = 0; k < 64; k++) {
      blocks.putShort(k / 32 * 34, Float.floatToFloat16(k < 32 ? 0.01f : 0.02f));
      blocks.put(k / 32 * 34 + 2 + k % 32, (byte) (29 * k % 255 - 127));
    }
    MemorySegment source = MemorySegment.ofArray(blocks.array());
    try (ComputePool pool = new ComputePool(1, kernels);
        PackedMatrix w = PackedMatrix.pack("w", TensorType.Q8_0, 1, 64, source, pool);
        Activations x = new Activations(kernels, 1, 64)) {
      for (int k = 0; k < 64; k++) {
        x.values().setAtIndex(JAVA_FLOAT, k, (37 * k % 101 - 50) / 7f);
      }
      x.quantize(0, 1, 0, 64);
      assertEquals(0x3d665f07, Float.floatToRawIntBits(x.scales()[x.groupIndex(0, 0)]));
      assertEquals(0x3d61c387, Float.floatToRawIntBits(x.scales()[x.groupIndex(0, 1)]));
      assertEquals(-36, x.sums()[x.groupIndex(0, 0)]);
      assertEquals(-5, x.sums()[x.groupIndex(0, 1)]);
      assertEquals(-102, x.quantum(0, 3));
      assertEquals(86, x.quantum(0, 35));
      MemorySegment y = Buffers.floats(1);
      MatMul.rows(w, x, 0, 1, y, 1);
      assertEquals(0x41d633f5, y.get(JAVA_INT, 0));
    }
  }

  @Test
  void shouldGiveThePublishedBitsWhenRowIsNormalised() {
    MemorySegment x = Buffers.floats(20);
    MemorySegment weight = Buffers.floats(20);
    for (int i = 0; i < 20; i++) {
      x.setAtIndex(JAVA_FLOAT, i, (i - 7) / 3f);
      weight.setAtIndex(JAVA_FLOAT, i, 1 + i / 16f);
    }
    Norms.rms(Kernels.VECTOR, x, 0, weight, 20, 1e-5f, x, 0);
    assertEquals(0xbf8e904e, x.get(JAVA_INT, 0));
    assertEquals(0x4085a74a, x.get(JAVA_INT, 76));
  }
}
