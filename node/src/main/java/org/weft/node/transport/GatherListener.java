package org.weft.node.transport;

import org.weft.protocol.v1.Collected;

/** Hears a tail. */
public interface GatherListener extends FrameListener<Collected> {}
