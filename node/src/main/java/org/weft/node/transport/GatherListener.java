package org.weft.node.transport;

import org.weft.node.NodeException;
import org.weft.protocol.v1.Collected;

/** Hears a tail. Called serially, on a virtual thread of the stream's own: it may block. */
public interface GatherListener {
  void received(Collected frame);

  void ended(@org.jspecify.annotations.Nullable NodeException cause);
}
