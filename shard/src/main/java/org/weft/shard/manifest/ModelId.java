package org.weft.shard.manifest;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** A model's name by content: SHA-256 of its manifest, 32 bytes, written as lower-case hex. */
public final class ModelId {
  /** Bytes of an id. */
  public static final int BYTES = 32;

  private static final int SHORT_CHARACTERS = 12;

  private final byte[] bytes;

  private ModelId(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Refuses with ARGUMENT what is not 32 bytes. */
  public static ModelId of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new ShardException(
          ShardError.ARGUMENT, "a model id has " + BYTES + " bytes, not " + bytes.length);
    }
    return new ModelId(bytes.clone());
  }

  /** Reads 64 hex digits; refuses anything else with ARGUMENT. */
  public static ModelId parse(String hex) {
    try {
      if (hex.length() == 2 * BYTES) {
        return new ModelId(HexFormat.of().parseHex(hex));
      }
    } catch (IllegalArgumentException e) {
      throw new ShardException(ShardError.ARGUMENT, "a model id is 64 hex digits", e);
    }
    throw new ShardException(
        ShardError.ARGUMENT, "a model id is 64 hex digits, not " + hex.length() + " characters");
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** The first twelve digits, for people. */
  public String brief() {
    return toString().substring(0, SHORT_CHARACTERS);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelId id && MessageDigest.isEqual(bytes, id.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
