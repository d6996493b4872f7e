package org.weft.node.serving;

/** Skeleton. */
public final class Skeleton {
  private Skeleton() {}
}
