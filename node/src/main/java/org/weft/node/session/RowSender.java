package org.weft.node.session;

import com.google.protobuf.ByteString;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weft.protocol.RowCodec;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Want;

/** Makes the frames of steps from the session's source of rows. One thread at a time. */
final class RowSender {
  private final HiddenSource source;
  private final int width;
  private final RowFormat format;
  private final MemorySegment input; // f32 [chunkRows, width]

  RowSender(HiddenSource source, ChainModel model, int chunkRows) {
    this.source = source;
    width = model.width();
    format = model.formatBefore(0);
    input = Arena.ofAuto().allocate(4L * chunkRows * width, 64);
  }

  /** Rows of a step: what the configuration says, or what the wire takes. */
  static int chunkRows(ChainModel model, ChainConfig config) {
    return Math.clamp(Wire.MAX_STEP_BYTES / (4L * model.width()), 1, config.chunkRows());
  }

  /** Reads and encodes; rows that are not finite are refused with a ProtocolException. */
  Down frame(Chunk chunk) {
    MemorySegment rows = input.asSlice(0, 4L * chunk.rows() * width);
    source.read(chunk.position(), chunk.rows(), rows);
    ByteString hidden = RowCodec.encode(format, rows, chunk.rows(), width);
    return Down.newBuilder()
        .setStep(
            Step.newBuilder()
                .setStep(chunk.step())
                .setPosition(chunk.position())
                .setWant(want(chunk))
                .setRows(chunk.rows())
                .setFormat(format)
                .setEpoch(chunk.epoch())
                .setRefill(chunk.fill())
                .setHidden(hidden))
        .build();
  }

  private static Want want(Chunk chunk) {
    return switch (chunk.want()) {
      case NONE -> Want.WANT_NONE;
      case LAST -> Want.WANT_LAST;
      case ALL -> Want.WANT_ALL;
    };
  }
}
