package org.weft.node.transport;

import org.weft.protocol.v1.Down;

/** The dialling side of a Chain stream. */
public interface ChainStream extends FrameSink<Down> {
  /**
   * Sends, waiting while the stream is being dialled or the peer's flow-control window is full
   * (bounded: then the stream ends with DEADLINE). Never throws for what befalls the stream, which
   * {@link ChainListener#ended} tells; after the end frames are not taken. The frame's bytes have
   * been taken when it returns. Any thread.
   */
  @Override
  boolean send(Down frame);

  /** Ends the stream without a Close frame: the peer starts its lease. */
  void cancel();
}
