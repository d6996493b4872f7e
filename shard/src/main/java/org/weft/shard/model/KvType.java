package org.weft.shard.model;

import org.weft.shard.kernel.KvFormat;

/** How keys and values are stored. It is part of what arithmetic depends on. */
public enum KvType {
  /** Half precision, clamped to ±65504. */
  F16,
  /** int8 in blocks of 32 elements of a head, each with a half-precision scale. */
  Q8_0;

  KvFormat format() {
    return switch (this) {
      case F16 -> KvFormat.F16;
      case Q8_0 -> KvFormat.Q8_0;
    };
  }
}
