package org.weft.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.RowFormat;

final class RowCodecTest {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int[][] SHAPES = {
    {0, 5}, {1, 1}, {1, 31}, {1, 32}, {1, 33}, {3, 1}, {2, 31}, {5, 33}, {1, 576}, {7, 577}
  };

  @ParameterizedTest
  @EnumSource(
      value = RowFormat.class,
      names = {"ROW_FORMAT_F32", "ROW_FORMAT_F16", "ROW_FORMAT_Q8"})
  void shouldComeBackAsTheScalarRuleSaysWhenSizesAreAwkward(RowFormat format) {
    for (int[] shape : SHAPES) {
      float[] values = values(shape[0] * shape[1], shape[1]);
      ByteString wire = RowCodec.encode(format, segment(values), shape[0], shape[1]);
      assertEquals(RowCodec.bytes(format, shape[0], shape[1]), wire.size());
      float[] expected = reference(format, values, shape[0], shape[1]);
      assertBits(expected, decode(format, wire, shape[0], shape[1]));

      MemorySegment rounded = segment(values);
      RowCodec.round(format, rounded, shape[0], shape[1]);
      assertBits(expected, floats(rounded));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = RowFormat.class,
      names = {"ROW_FORMAT_F32", "ROW_FORMAT_F16", "ROW_FORMAT_Q8"})
  void shouldGiveTheSameBytesWhenRowsAreCutIntoChunks(RowFormat format) {
    int width = 45;
    MemorySegment rows = segment(values(7 * width, 3));
    ByteString whole = RowCodec.encode(format, rows, 7, width);
    ByteString pieces =
        RowCodec.encode(format, rows, 3, width)
            .concat(RowCodec.encode(format, rows.asSlice(3L * width * 4), 4, width));
    assertEquals(whole, pieces);
  }

  @Test
  void shouldKeepEveryBitWhenRowsAreF32() {
    float[] odd = {
      0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, 0x1.fffffcp-127f, 1f / 3
    };
    ByteString wire = RowCodec.encode(RowFormat.ROW_FORMAT_F32, segment(odd), 1, odd.length);
    assertEquals(
        "00000000" + "00000080" + "01000000" + "01000080" + "ffff7f7f" + "ffff7f00" + "abaaaa3e",
        hex(wire));
    assertBits(odd, decode(RowFormat.ROW_FORMAT_F32, wire, 1, odd.length));
  }

  @Test
  void shouldRoundToNearestEvenAndClampWhenRowsAreF16() {
    float[] values = {
      1f, 1f + 0x1p-11f, 1f + 0x3p-11f, -2f, 65504f, 65519f, 65520f, -1e30f, 0x1p-24f, 0x1p-25f
    };
    ByteString wire = RowCodec.encode(RowFormat.ROW_FORMAT_F16, segment(values), 1, values.length);
    assertEquals(
        "003c" + "003c" + "023c" + "00c0" + "ff7b" + "ff7b" + "ff7b" + "fffb" + "0100" + "0000",
        hex(wire));
  }

  @Test
  void shouldFollowTheActivationRuleWhenRowsAreQ8() {
    // amax 127 gives the scale 1; ties go to even; a tiny block is all zero.
    float[] values = new float[35];
    values[0] = 127;
    values[1] = 0.5f;
    values[2] = 1.5f;
    values[3] = -2.5f;
    values[31] = -127;
    values[32] = 0x1p-101f;
    ByteString wire = RowCodec.encode(RowFormat.ROW_FORMAT_Q8, segment(values), 1, 35);
    assertEquals(
        "0000803f" + "7f0002fe" + "00".repeat(27) + "81" + "00000000" + "000000", hex(wire));
  }

  @ParameterizedTest
  @EnumSource(
      value = RowFormat.class,
      names = {"ROW_FORMAT_F32", "ROW_FORMAT_F16", "ROW_FORMAT_Q8"})
  void shouldRefuseEveryOtherLengthWhenDecoding(RowFormat format) {
    ByteString wire = RowCodec.encode(format, segment(values(66, 1)), 2, 33);
    MemorySegment into = segment(new float[66]);
    for (int length = 0; length < wire.size(); length++) {
      ByteString cut = wire.substring(0, length);
      assertCode(FaultCode.FAULT_CODE_PROTOCOL, () -> RowCodec.decode(format, cut, 2, 33, into));
    }
    for (int more = 1; more < 9; more++) {
      ByteString longer = wire.concat(ByteString.copyFrom(new byte[more]));
      assertCode(FaultCode.FAULT_CODE_PROTOCOL, () -> RowCodec.decode(format, longer, 2, 33, into));
    }
  }

  @Test
  void shouldRefuseShapesAndBuffersThatDoNotFit() {
    MemorySegment small = segment(new float[3]);
    RowFormat f32 = RowFormat.ROW_FORMAT_F32;
    assertCode(FaultCode.FAULT_CODE_PROTOCOL, () -> RowCodec.encode(f32, small, 2, 2));
    assertCode(FaultCode.FAULT_CODE_PROTOCOL, () -> RowCodec.bytes(f32, -1, 2));
    assertCode(FaultCode.FAULT_CODE_PROTOCOL, () -> RowCodec.bytes(f32, 1, 0));
    assertCode(
        FaultCode.FAULT_CODE_PROTOCOL,
        () -> RowCodec.encode(f32, small, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertCode(
        FaultCode.FAULT_CODE_PROTOCOL,
        () -> RowCodec.bytes(RowFormat.ROW_FORMAT_UNSPECIFIED, 1, 1));
    assertCode(FaultCode.FAULT_CODE_PROTOCOL, () -> RowCodec.bytes(RowFormat.UNRECOGNIZED, 1, 1));
    assertCode(
        FaultCode.FAULT_CODE_PROTOCOL,
        () -> RowCodec.decode(f32, ByteString.copyFrom(new byte[16]), 2, 2, small));
  }

  @ParameterizedTest
  @EnumSource(
      value = RowFormat.class,
      names = {"ROW_FORMAT_F32", "ROW_FORMAT_F16", "ROW_FORMAT_Q8"})
  void shouldRefuseValuesThatAreNotFiniteWhereverTheyStand(RowFormat format) {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at : new int[] {0, 32, 65}) {
        float[] values = values(66, 9);
        values[at] = bad;
        MemorySegment rows = segment(values);
        assertCode(FaultCode.FAULT_CODE_NON_FINITE, () -> RowCodec.encode(format, rows, 2, 33));
        assertCode(FaultCode.FAULT_CODE_NON_FINITE, () -> RowCodec.round(format, rows, 2, 33));
      }
    }
  }

  @Test
  void shouldRefuseWireBytesThatDecodeToNothingFinite() {
    MemorySegment into = segment(new float[1]);
    for (String bits : new String[] {"0000807f", "000080ff", "0100807f", "ffffffff"}) {
      assertCode(
          FaultCode.FAULT_CODE_NON_FINITE,
          () -> RowCodec.decode(RowFormat.ROW_FORMAT_F32, bytes(bits), 1, 1, into));
      assertCode(
          FaultCode.FAULT_CODE_NON_FINITE,
          () -> RowCodec.decode(RowFormat.ROW_FORMAT_Q8, bytes(bits + "01"), 1, 1, into));
    }
    for (String bits : new String[] {"007c", "00fc", "017e"}) {
      assertCode(
          FaultCode.FAULT_CODE_NON_FINITE,
          () -> RowCodec.decode(RowFormat.ROW_FORMAT_F16, bytes(bits), 1, 1, into));
    }
    // The largest finite scale overflows when it is multiplied.
    assertCode(
        FaultCode.FAULT_CODE_NON_FINITE,
        () -> RowCodec.decode(RowFormat.ROW_FORMAT_Q8, bytes("ffff7f7f" + "01"), 1, 1, into));
  }

  @Test
  void shouldRefuseQ8BytesThatNoSenderMakes() {
    MemorySegment into = segment(new float[1]);
    for (String wire : new String[] {"000080bf" + "01", "0000803f" + "80"}) {
      assertCode(
          FaultCode.FAULT_CODE_PROTOCOL,
          () -> RowCodec.decode(RowFormat.ROW_FORMAT_Q8, bytes(wire), 1, 1, into));
    }
  }

  @Test
  void shouldLeaveTheBufferBeyondTheRowsAloneWhenItIsLonger() {
    float[] values = values(40, 5);
    MemorySegment into = segment(values);
    ByteString wire =
        RowCodec.encode(RowFormat.ROW_FORMAT_F16, segment(new float[] {1, 2, 3}), 1, 3);
    RowCodec.decode(RowFormat.ROW_FORMAT_F16, wire, 1, 3, into);
    float[] expected = values.clone();
    System.arraycopy(new float[] {1, 2, 3}, 0, expected, 0, 3);
    assertBits(expected, floats(into));
  }

  /** The rules written once more, one value at a time. */
  private static float[] reference(RowFormat format, float[] values, int rows, int width) {
    float[] out = values.clone();
    for (int row = 0; row < rows; row++) {
      for (int block = 0; block < width; block += 32) {
        int from = row * width + block;
        int to = Math.min(from + 32, (row + 1) * width);
        float amax = 0;
        for (int i = from; i < to; i++) {
          amax = Math.max(amax, Math.abs(values[i]));
        }
        for (int i = from; i < to; i++) {
          out[i] =
              switch (format) {
                case ROW_FORMAT_F16 ->
                    Float.float16ToFloat(
                        Float.floatToFloat16(Math.max(-65504f, Math.min(65504f, values[i]))));
                case ROW_FORMAT_Q8 ->
                    amax < 0x1p-100f
                        ? 0f
                        : (int) Math.rint(values[i] * (127f / amax)) * (amax / 127f);
                case ROW_FORMAT_F32, ROW_FORMAT_UNSPECIFIED, UNRECOGNIZED -> values[i];
              };
        }
      }
    }
    return out;
  }

  private static float[] values(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 20));
    }
    return values;
  }

  private static float[] decode(RowFormat format, ByteString wire, int rows, int width) {
    MemorySegment into = segment(new float[rows * width]);
    RowCodec.decode(format, wire, rows, width, into);
    return floats(into);
  }

  private static MemorySegment segment(float[] values) {
    MemorySegment segment = MemorySegment.ofArray(new byte[values.length * 4]);
    for (int i = 0; i < values.length; i++) {
      segment.set(FLOAT, i * 4L, values[i]);
    }
    return segment;
  }

  private static float[] floats(MemorySegment segment) {
    float[] values = new float[(int) (segment.byteSize() / 4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = segment.get(FLOAT, i * 4L);
    }
    return values;
  }

  private static void assertBits(float[] expected, float[] actual) {
    assertArrayEquals(bits(expected), bits(actual));
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  private static void assertCode(FaultCode code, org.junit.jupiter.api.function.Executable call) {
    assertEquals(code, assertThrows(ProtocolException.class, call).code());
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
