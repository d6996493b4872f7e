package org.weft.node.generation;

/** Skeleton. */
public final class Skeleton {
  private Skeleton() {}
}
