package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.QuantFixtures;
import org.weft.shard.gguf.TensorType;

class PackedMatrixTest {
  @ParameterizedTest
  @EnumSource
  void shouldDequantizeAsTheReferenceWhenTypeIsRead(TensorType type) {
    QuantFixtures fixture = QuantFixtures.of(type);
    MemorySegment source = MemorySegment.ofArray(fixture.raw());
    try (ComputePool pool = new ComputePool(2, Kernels.SCALAR);
        PackedMatrix w =
            PackedMatrix.pack("fixture", type, fixture.rows(), fixture.columns(), source, pool)) {
      MemorySegment row = Buffers.floats(fixture.columns());
      for (int r = 0; r < fixture.rows(); r++) {
        w.dequantize(r, row);
        for (int c = 0; c < fixture.columns(); c++) {
          float expected = fixture.values()[r * fixture.columns() + c] + 0f;
          assertEquals(expected, row.getAtIndex(JAVA_FLOAT, c) + 0f, "[" + r + ", " + c + "]");
        }
      }
      assertThrows(IndexOutOfBoundsException.class, () -> w.dequantize(fixture.rows(), row));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldStayCloseToTheBytesOfTheFileWhenPacked(TensorType type) {
    for (int cols : new int[] {256, 576 / 64 * 256, 2048}) {
      long file = PackedMatrix.sourceBytes(type, 4096, cols);
      long packed = PackedMatrix.packedBytes(type, 4096, cols);
      assertTrue(packed <= 1.06 * file, type + ": " + packed + " of " + file + " bytes");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void shouldRefuseAndNameTheTensorWhenAWeightIsNotFinite(TensorType type) {
    byte[] bytes = RandomBlocks.of(type, 40, 70, 3);
    for (byte[] bits : new byte[][] {{0, 0, (byte) 0x80, 0x7f}, {1, 0, (byte) 0xc0, (byte) 0xff}}) {
      byte[] broken = bytes.clone();
      int at = (33 * 70 + 69) * type.blockBytes();
      byte[] value =
          switch (type) {
            case F32 -> bits;
            case BF16 -> new byte[] {bits[2], bits[3]};
            default -> new byte[] {bits[0], (byte) (bits[3] & 0x80 | 0x7c)};
          };
      System.arraycopy(value, 0, broken, at, value.length);
      assertRefused(type, 40, 70, broken);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K"})
  void shouldRefuseAndNameTheTensorWhenAScaleIsNotFinite(TensorType type) {
    for (int scale : RandomBlocks.scales(type)) {
      byte[] bytes = RandomBlocks.of(type, 40, 1280, 3);
      int block = bytes.length / type.blockBytes() - 1;
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putShort(block * type.blockBytes() + scale, (short) 0xfc00);
      assertRefused(type, 40, 1280, bytes);
    }
  }

  private static void assertRefused(TensorType type, int rows, int cols, byte[] bytes) {
    try (ComputePool pool = new ComputePool(2, Kernels.SCALAR)) {
      ShardException refused =
          assertThrows(
              ShardException.class,
              () ->
                  PackedMatrix.pack(
                      "blk.7.ffn_up.weight", type, rows, cols, MemorySegment.ofArray(bytes), pool));
      assertEquals(ShardError.NON_FINITE, refused.error());
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.contains("blk.7.ffn_up.weight"), message);
    }
  }

  @Test
  void shouldRefuseWhenBytesOrColumnsDoNotFitTheType() {
    try (ComputePool pool = new ComputePool(1, Kernels.SCALAR)) {
      MemorySegment short1 = MemorySegment.ofArray(new byte[33]);
      assertEquals(
          ShardError.FORMAT,
          assertThrows(
                  ShardException.class,
                  () -> PackedMatrix.pack("w", TensorType.Q8_0, 1, 32, short1, pool))
              .error());
      MemorySegment any = MemorySegment.ofArray(new byte[34]);
      assertEquals(
          ShardError.FORMAT,
          assertThrows(
                  ShardException.class,
                  () -> PackedMatrix.pack("w", TensorType.Q8_0, 1, 40, any, pool))
              .error());
    }
  }

  @Test
  void shouldRefuseUseWhenClosed() {
    try (ComputePool pool = new ComputePool(1, Kernels.SCALAR)) {
      PackedMatrix w = RandomBlocks.matrix(TensorType.Q8_0, 16, 32, 1, pool);
      w.close();
      assertThrows(IllegalStateException.class, () -> w.dequantize(0, Buffers.floats(32)));
    }
  }
}
