package org.weft.node.transport;

/** The dialling side of a Gather stream. */
public interface GatherStream {
  void cancel();
}
