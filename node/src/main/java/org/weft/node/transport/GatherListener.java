package org.weft.node.transport;

import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Collected;

/** Hears a tail. Called serially, on a virtual thread of the stream's own: it may block. */
public interface GatherListener {
  void received(Collected frame);

  /** The same on the event loop, as {@link SessionService.Inbound#receivedAtOnce}. */
  default boolean receivedAtOnce(Collected frame) {
    return false;
  }

  /** The last call, as in {@link ChainListener#ended}. */
  void ended(@Nullable NodeException cause);
}
