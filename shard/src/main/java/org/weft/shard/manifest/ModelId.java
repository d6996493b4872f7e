package org.weft.shard.manifest;

import java.util.Arrays;
import java.util.HexFormat;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** A model's name by content: SHA-256 of its manifest, 32 bytes, written as hex. */
public final class ModelId {
  private static final int BYTES = 32;

  private final byte[] bytes;

  private ModelId(byte[] bytes) {
    this.bytes = bytes;
  }

  public static ModelId of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new ShardException(
          ShardError.ARGUMENT, "a model id has 32 bytes, and here are " + bytes.length);
    }
    return new ModelId(bytes.clone());
  }

  public static ModelId parse(String hex) {
    try {
      return of(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      throw new ShardException(ShardError.ARGUMENT, "a model id is written as 64 hex digits");
    }
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelId that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
