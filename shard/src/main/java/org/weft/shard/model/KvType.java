package org.weft.shard.model;

/** How keys and values are stored. It is part of what arithmetic depends on. */
public enum KvType {
  /** Half precision, clamped to ±65504. */
  F16,
  /** int8 in blocks of 32 elements of a head, each with a half-precision scale. */
  Q8_0
}
