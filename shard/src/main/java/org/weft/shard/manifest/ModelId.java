package org.weft.shard.manifest;

/** A model's name by content: SHA-256 of its manifest, 32 bytes, written as hex. */
public final class ModelId {
  public static ModelId of(byte[] bytes) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static ModelId parse(String hex) {
    throw new UnsupportedOperationException("skeleton");
  }

  public byte[] bytes() {
    throw new UnsupportedOperationException("skeleton");
  }

  private ModelId() {}
}
