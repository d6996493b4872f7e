package org.weft.node.transport;

import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Up;

/**
 * Hears the peer of a Chain stream. Called serially, on a virtual thread of the stream's own: it
 * may block.
 */
public interface ChainListener {
  /** An exception thrown here ends the stream. */
  void received(Up frame);

  /**
   * The last call: the stream is gone, for a reason or (null) because the peer ended it in order.
   */
  void ended(@Nullable NodeException cause);
}
