package org.weft.node.gateway;

/** Skeleton. */
public final class Skeleton {
  private Skeleton() {}
}
