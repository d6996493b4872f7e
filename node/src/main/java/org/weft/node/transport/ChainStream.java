package org.weft.node.transport;

import org.weft.protocol.v1.Down;

/** The dialling side of a Chain stream. */
public interface ChainStream {
  /**
   * Sends, waiting while the peer's flow-control window is full (bounded: then the stream fails
   * with DEADLINE). Any thread.
   */
  void send(Down frame);

  /** Ends the stream without a Close frame: the peer starts its lease. */
  void cancel();
}
