package org.weft.shard.model;

/** How keys and values are stored. */
public enum KvType {
  F16,
  Q8_0
}
