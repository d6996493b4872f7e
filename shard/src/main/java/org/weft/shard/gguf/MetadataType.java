package org.weft.shard.gguf;

import java.util.Optional;

/** The value types of GGUF metadata, in the order of their ids. */
public enum MetadataType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(0),
  ARRAY(0),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private static final MetadataType[] ALL = values();

  private final int bytes;

  MetadataType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one value; 0 where the value says its own length (strings and arrays). */
  public int bytes() {
    return bytes;
  }

  public boolean isInteger() {
    return switch (this) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
    };
  }

  public boolean isFloat() {
    return this == FLOAT32 || this == FLOAT64;
  }

  static Optional<MetadataType> of(int id) {
    return id >= 0 && id < ALL.length ? Optional.of(ALL[id]) : Optional.empty();
  }
}
