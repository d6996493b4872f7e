package org.weft.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.RowFormat;

/**
 * Rows of hidden state to wire bytes and back. Segments hold little-endian f32 [rows, width], and
 * may be longer. Every row stands for itself: no chunking changes its bytes.
 *
 * <ul>
 *   <li>f32: 4 bytes a value, little-endian, exact.
 *   <li>f16: 2 bytes a value, little-endian, round to nearest even, clamped to ±65504.
 *   <li>q8: blocks of 32 values (the last of a row may be shorter), each an f32 scale and one int8
 *       a value, by the activation rule of docs/numerics.md.
 * </ul>
 *
 * Refusals are {@link ProtocolException}: PROTOCOL for a wrong shape or length, NON_FINITE for a
 * value that is or decodes to NaN or infinity.
 */
public final class RowCodec {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int BLOCK = 32;
  private static final float F16_MAX = 65504f;
  // Below this a block is zero, so that 127 / amax never overflows.
  private static final float Q8_TINY = 0x1p-100f;

  /** Bytes that {@code rows} rows of {@code width} values take on the wire. */
  public static long bytes(RowFormat format, int rows, int width) {
    long values = (long) rows * width;
    if (rows < 0 || width <= 0 || values > Long.MAX_VALUE / 8) {
      throw malformed("not a shape of rows: " + rows + " × " + width);
    }
    return switch (format) {
      case ROW_FORMAT_F32 -> values * 4;
      case ROW_FORMAT_F16 -> values * 2;
      case ROW_FORMAT_Q8 -> values + 4L * rows * ((width + BLOCK - 1L) / BLOCK);
      case ROW_FORMAT_UNSPECIFIED, UNRECOGNIZED -> throw malformed("rows in no known format");
    };
  }

  /** Encodes into one array that the answer wraps; {@code hidden} may change afterwards. */
  public static ByteString encode(RowFormat format, MemorySegment hidden, int rows, int width) {
    long length = bytes(format, rows, width);
    MemorySegment values = rows(hidden, rows, width);
    if (length > Integer.MAX_VALUE - 16) {
      throw malformed("rows of " + length + " bytes do not fit a message");
    }
    byte[] out = new byte[(int) length];
    MemorySegment wire = MemorySegment.ofArray(out);
    switch (format) {
      case ROW_FORMAT_F32 -> {
        requireFinite(values);
        MemorySegment.copy(values, 0, wire, 0, length);
      }
      case ROW_FORMAT_F16 -> {
        requireFinite(values);
        encodeF16(values, wire);
      }
      case ROW_FORMAT_Q8 -> {
        requireFinite(values);
        encodeQ8(values, wire, rows, width);
      }
      case ROW_FORMAT_UNSPECIFIED, UNRECOGNIZED -> throw malformed("rows in no known format");
    }
    return UnsafeByteOperations.unsafeWrap(out);
  }

  /** Decodes; {@code bytes} must be exactly as long as the shape says. */
  public static void decode(
      RowFormat format, ByteString bytes, int rows, int width, MemorySegment into) {
    long length = bytes(format, rows, width);
    if (bytes.size() != length) {
      throw malformed(
          "%d rows of width %d take %d bytes, not %d".formatted(rows, width, length, bytes.size()));
    }
    MemorySegment values = rows(into, rows, width);
    // A view of the received array, not a copy of it.
    MemorySegment wire = MemorySegment.ofBuffer(bytes.asReadOnlyByteBuffer());
    switch (format) {
      case ROW_FORMAT_F32 -> {
        requireFinite(wire);
        MemorySegment.copy(wire, 0, values, 0, length);
      }
      case ROW_FORMAT_F16 -> decodeF16(wire, values);
      case ROW_FORMAT_Q8 -> decodeQ8(wire, values, rows, width);
      case ROW_FORMAT_UNSPECIFIED, UNRECOGNIZED -> throw malformed("rows in no known format");
    }
  }

  /** What encode followed by decode does to the values, in place. */
  public static void round(RowFormat format, MemorySegment hidden, int rows, int width) {
    bytes(format, rows, width);
    MemorySegment values = rows(hidden, rows, width);
    requireFinite(values);
    switch (format) {
      case ROW_FORMAT_F32 -> {}
      case ROW_FORMAT_F16 -> roundF16(values);
      case ROW_FORMAT_Q8 -> roundQ8(values, rows, width);
      case ROW_FORMAT_UNSPECIFIED, UNRECOGNIZED -> throw malformed("rows in no known format");
    }
  }

  private static MemorySegment rows(MemorySegment segment, int rows, int width) {
    long length = 4L * rows * width;
    if (segment.byteSize() < length) {
      throw malformed(
          "a buffer of %d bytes does not hold %d rows of width %d"
              .formatted(segment.byteSize(), rows, width));
    }
    return segment.asSlice(0, length);
  }

  /** Integer arithmetic without a branch, so that the loop vectorises. */
  private static void requireFinite(MemorySegment values) {
    long count = values.byteSize() / 4;
    int seen = 0;
    for (long i = 0; i < count; i++) {
      // The exponent 255 carries into the sign bit, nothing else does.
      seen |= (values.get(INT, i * 4) & 0x7fffffff) + 0x00800000;
    }
    if (seen < 0) {
      throw nonFinite();
    }
  }

  private static short half(float value) {
    return Float.floatToFloat16(Math.max(-F16_MAX, Math.min(F16_MAX, value)));
  }

  private static void encodeF16(MemorySegment values, MemorySegment wire) {
    long count = values.byteSize() / 4;
    for (long i = 0; i < count; i++) {
      wire.set(SHORT, i * 2, half(values.get(FLOAT, i * 4)));
    }
  }

  private static void decodeF16(MemorySegment wire, MemorySegment values) {
    long count = values.byteSize() / 4;
    int seen = 0;
    for (long i = 0; i < count; i++) {
      seen |= (wire.get(SHORT, i * 2) & 0x7fff) + 0x0400;
    }
    if ((seen & 0x8000) != 0) {
      throw nonFinite();
    }
    for (long i = 0; i < count; i++) {
      values.set(FLOAT, i * 4, Float.float16ToFloat(wire.get(SHORT, i * 2)));
    }
  }

  private static void roundF16(MemorySegment values) {
    long count = values.byteSize() / 4;
    for (long i = 0; i < count; i++) {
      values.set(FLOAT, i * 4, Float.float16ToFloat(half(values.get(FLOAT, i * 4))));
    }
  }

  private static float largest(MemorySegment values, long at, int count) {
    float amax = 0;
    for (int i = 0; i < count; i++) {
      amax = Math.max(amax, Math.abs(values.get(FLOAT, at + 4L * i)));
    }
    return amax;
  }

  /** The scale of a block, or 0 where the block is zero. */
  private static float scale(float amax) {
    if (amax < Q8_TINY) {
      return 0;
    }
    float scale = amax / 127f;
    // At the very top of the range, 127 times the rounded scale is infinite again.
    if (!Float.isFinite(127f * scale)) {
      throw nonFinite();
    }
    return scale;
  }

  private static void encodeQ8(MemorySegment values, MemorySegment wire, int rows, int width) {
    long from = 0;
    long to = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < width; column += BLOCK) {
        int count = Math.min(BLOCK, width - column);
        float amax = largest(values, from, count);
        float scale = scale(amax);
        wire.set(FLOAT, to, scale);
        to += 4;
        float inverse = scale == 0 ? 0 : 127f / amax;
        for (int i = 0; i < count; i++) {
          float q = values.get(FLOAT, from + 4L * i) * inverse;
          wire.set(ValueLayout.JAVA_BYTE, to + i, (byte) Math.rint(q));
        }
        to += count;
        from += 4L * count;
      }
    }
  }

  private static void decodeQ8(MemorySegment wire, MemorySegment values, int rows, int width) {
    long from = 0;
    long to = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < width; column += BLOCK) {
        int count = Math.min(BLOCK, width - column);
        float scale = wire.get(FLOAT, from);
        if (!Float.isFinite(127f * scale)) {
          throw nonFinite();
        }
        if (wire.get(INT, from) < 0) {
          throw malformed("a q8 block with a negative scale");
        }
        from += 4;
        for (int i = 0; i < count; i++) {
          byte q = wire.get(ValueLayout.JAVA_BYTE, from + i);
          if (q == Byte.MIN_VALUE) {
            throw malformed("a q8 block with the value -128, which no sender makes");
          }
          values.set(FLOAT, to + 4L * i, q * scale);
        }
        from += count;
        to += 4L * count;
      }
    }
  }

  private static void roundQ8(MemorySegment values, int rows, int width) {
    long at = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < width; column += BLOCK) {
        int count = Math.min(BLOCK, width - column);
        float amax = largest(values, at, count);
        float scale = scale(amax);
        float inverse = scale == 0 ? 0 : 127f / amax;
        for (int i = 0; i < count; i++) {
          // Through the integer, as on the wire: it has no negative zero.
          int q = (int) Math.rint(values.get(FLOAT, at + 4L * i) * inverse);
          values.set(FLOAT, at + 4L * i, q * scale);
        }
        at += 4L * count;
      }
    }
  }

  private static ProtocolException malformed(String text) {
    return new ProtocolException(FaultCode.FAULT_CODE_PROTOCOL, text);
  }

  private static ProtocolException nonFinite() {
    return new ProtocolException(
        FaultCode.FAULT_CODE_NON_FINITE, "a row holds a value that is not finite");
  }

  private RowCodec() {}
}
