package org.weft.node.metrics;

/** Skeleton. */
public final class Skeleton {
  private Skeleton() {}
}
