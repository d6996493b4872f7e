package org.weft.protocol;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import java.lang.foreign.MemorySegment;
import org.weft.protocol.v1.RowFormat;

/** Whatever a peer sends as rows: finite values that encode again, or a refusal. */
final class RowCodecFuzzTest {
  private static final RowFormat[] FORMATS = RowFormat.values();

  @FuzzTest(maxDuration = "20s")
  void shouldDecodeOrRefuse(FuzzedDataProvider data) {
    RowFormat format = FORMATS[data.consumeInt(0, FORMATS.length - 1)];
    int rows = data.consumeInt(-1, 64);
    int width = data.consumeInt(-1, 128);
    ByteString wire = ByteString.copyFrom(data.consumeRemainingAsBytes());
    MemorySegment into = MemorySegment.ofArray(new byte[64 * 128 * 4]);
    try {
      RowCodec.decode(format, wire, rows, width, into);
      RowCodec.round(format, into, rows, width);
      if (format != RowFormat.ROW_FORMAT_Q8
          && !RowCodec.encode(format, into, rows, width).equals(wire)) {
        throw new AssertionError("other bytes after decoding them");
      }
    } catch (ProtocolException e) {
      // A refusal is the other good end.
    }
  }
}
