package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.shard.gguf.TensorType;

class MatMulTest {
  private static final int[] ROWS = {1, 15, 16, 17, 33, 64, 100};
  private static final int[] COLS = {32, 64, 96, 256, 1024, 1056, 1280, 2048, 2080};
  private static final int[] TOKENS = {1, 2, 3, 5, 7, 8, 13, 33};
  private static final ComputePool POOL = new ComputePool(1, Kernels.VECTOR);

  @AfterAll
  static void close() {
    POOL.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveTheScalarBitsWhenSizesAreAwkward(TensorType type) {
    for (int rows : ROWS) {
      for (int cols : COLS) {
        if (cols % type.blockElements() != 0) {
          continue;
        }
        long seed = 31L * rows + cols;
        try (PackedMatrix w = RandomBlocks.matrix(type, rows, cols, seed, POOL)) {
          for (int tokens : TOKENS) {
            // The scalar twin is slow: many tokens only where few columns are.
            if ((long) tokens * rows * cols <= 300_000 || tokens <= 2) {
              assertSame(w, Buffers.random((long) tokens * cols, seed + tokens), tokens);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void shouldGiveTheScalarBitsWhenColumnsAreNoMultipleOf32(TensorType type) {
    for (int cols : new int[] {1, 3, 31, 33, 100, 1023, 1025}) {
      try (PackedMatrix w = RandomBlocks.matrix(type, 19, cols, cols, POOL)) {
        for (int tokens : new int[] {1, 3, 8, 9}) {
          assertSame(w, Buffers.random((long) tokens * cols, cols), tokens);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveTheScalarBitsWhenValuesAreExtreme(TensorType type) {
    int rows = 33;
    int cols = 1280;
    for (int fill : new int[] {0x00, 0x80, 0x7f, 0xff, 0x88, 0xf0}) {
      for (float x : new float[] {0f, -0f, 0x1p-101f, 0x1p-99f, 0x1p-126f, 1f, -127f, 1e30f}) {
        byte[] bytes = new byte[(int) PackedMatrix.sourceBytes(type, rows, cols)];
        Arrays.fill(bytes, (byte) fill);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int block = 0; block < bytes.length; block += type.blockBytes()) {
          short scale = block % 3 == 0 ? (short) 1 : Float.floatToFloat16(-60000f);
          for (int at : RandomBlocks.scales(type)) {
            buffer.putShort(block + at, scale);
          }
        }
        if (!type.name().startsWith("Q") && (fill == 0x7f || fill == 0xff)) {
          continue; // NaN in a float type
        }
        try (PackedMatrix w =
            PackedMatrix.pack("t", type, rows, cols, MemorySegment.ofArray(bytes), POOL)) {
          for (int tokens : new int[] {1, 6}) {
            MemorySegment values = Buffers.floats((long) tokens * cols);
            for (int i = 0; i < tokens * cols; i++) {
              values.setAtIndex(JAVA_FLOAT, i, i % 7 == 0 ? -x : x);
            }
            assertSame(w, values, tokens);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotDependOnTheBatchWhenRowsGoTogether(TensorType type) {
    int rows = 48;
    int cols = 1280;
    int tokens = 29;
    MemorySegment values = Buffers.random((long) tokens * cols, 5);
    try (PackedMatrix w = RandomBlocks.matrix(type, rows, cols, 6, POOL)) {
      MemorySegment together = product(Kernels.VECTOR, w, values, tokens);
      for (int first = 0, count = 1; first < tokens; first += count, count = count % 9 + 1) {
        int part = Math.min(count, tokens - first);
        MemorySegment some = values.asSlice(4L * first * cols, 4L * part * cols);
        MemorySegment expected = together.asSlice(4L * first * rows, 4L * part * rows);
        assertEquals(
            "",
            Buffers.difference(expected, product(Kernels.VECTOR, w, some, part)),
            "rows " + first + " to " + (first + part));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kernels.class)
  void shouldWriteOnlyTheRowsAskedForWhenOutputsShareABuffer(Kernels kernels) {
    try (PackedMatrix w = RandomBlocks.matrix(TensorType.Q8_0, 100, 64, 1, POOL);
        Activations x = new Activations(kernels, 9, 64)) {
      x.values().copyFrom(Buffers.random(9 * 64, 2));
      x.quantize(0, 9, 0, 64);
      MemorySegment whole = Buffers.floats(9 * 100);
      MatMul.rows(w, x, 0, 100, whole, 100);
      MemorySegment y = Buffers.floats(9 * 200);
      y.fill((byte) 0x55);
      MatMul.rows(w, x, 48, 100, y, 7, 200);
      for (int t = 0; t < 9; t++) {
        for (int i = 0; i < 200; i++) {
          int row = i - 7;
          int bits = Float.floatToRawIntBits(y.getAtIndex(JAVA_FLOAT, t * 200L + i));
          int expected =
              row >= 48 && row < 100
                  ? Float.floatToRawIntBits(whole.getAtIndex(JAVA_FLOAT, t * 100L + row))
                  : 0x55555555;
          assertEquals(expected, bits, "row " + t + ", column " + i);
        }
      }
    }
  }

  @Test
  void shouldRefuseWhenShapesDoNotFit() {
    try (PackedMatrix w = RandomBlocks.matrix(TensorType.F32, 20, 32, 1, POOL);
        Activations x = new Activations(Kernels.VECTOR, 2, 64)) {
      MemorySegment y = Buffers.floats(40);
      x.shape(2, 64);
      assertThrows(IllegalArgumentException.class, () -> MatMul.rows(w, x, 0, 20, y, 20));
      x.shape(2, 32);
      MatMul.rows(w, x, 0, 20, y, 20);
      assertThrows(IllegalArgumentException.class, () -> MatMul.rows(w, x, 3, 20, y, 20));
      assertThrows(IllegalArgumentException.class, () -> MatMul.rows(w, x, 0, 21, y, 20));
      assertThrows(IllegalArgumentException.class, () -> MatMul.rows(w, x, 0, 20, y, 21));
      assertThrows(
          IllegalArgumentException.class, () -> MatMul.rows(w, x, 0, 20, Buffers.floats(39), 20));
    }
  }

  private static void assertSame(PackedMatrix w, MemorySegment values, int tokens) {
    MemorySegment expected = product(Kernels.SCALAR, w, values, tokens);
    MemorySegment actual = product(Kernels.VECTOR, w, values, tokens);
    assertEquals(
        "",
        Buffers.difference(expected, actual),
        () -> "%s %d x %d, %d tokens".formatted(w.type(), w.rows(), w.cols(), tokens));
  }

  private static MemorySegment product(
      Kernels kernels, PackedMatrix w, MemorySegment values, int tokens) {
    try (Activations x = new Activations(kernels, tokens, w.cols())) {
      x.values().copyFrom(values);
      if (w.quantized()) {
        x.quantize(0, tokens, 0, w.cols());
      }
      MemorySegment y = Buffers.floats((long) tokens * w.rows());
      MatMul.rows(w, x, 0, w.rows(), y, w.rows());
      return y;
    }
  }
}
