package org.weft.node.transport;

import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;

/** Hears a peer. Called serially, on a virtual thread of the stream's own: it may block. */
public interface FrameListener<T> {
  /** An exception thrown here ends the stream. */
  void received(T frame);

  /** The same on the event loop, as {@link SessionService.Inbound#receivedAtOnce}. */
  default boolean receivedAtOnce(T frame) {
    return false;
  }

  /**
   * The last call: the stream is gone, for a reason or (null) because the peer ended it in order.
   */
  void ended(@Nullable NodeException cause);
}
