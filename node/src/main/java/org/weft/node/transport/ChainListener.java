package org.weft.node.transport;

import org.weft.protocol.v1.Up;

/** Hears the peer of a Chain stream. */
public interface ChainListener extends FrameListener<Up> {}
