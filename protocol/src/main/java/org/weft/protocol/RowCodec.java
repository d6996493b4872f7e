package org.weft.protocol;

import com.google.protobuf.ByteString;
import java.lang.foreign.MemorySegment;
import org.weft.protocol.v1.RowFormat;

/** Rows of hidden state to wire bytes and back. Segments hold little-endian f32 [rows, width]. */
public final class RowCodec {
  public static long bytes(RowFormat format, int rows, int width) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Encodes; a NaN or an infinity is refused with {@link ProtocolException}. */
  public static ByteString encode(RowFormat format, MemorySegment hidden, int rows, int width) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Decodes after strict length checks; non-finite rows are refused. */
  public static void decode(
      RowFormat format, ByteString bytes, int rows, int width, MemorySegment into) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** What encode followed by decode does to the values, in place. */
  public static void round(RowFormat format, MemorySegment hidden, int rows, int width) {
    throw new UnsupportedOperationException("skeleton");
  }

  private RowCodec() {}
}
