package org.weft.shard.manifest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A tree hash for tests: SHA-256 over the SHA-256 of every 64 bytes. */
final class PlainTree {
  private static final int LEAF_BYTES = 64;

  private PlainTree() {}

  static byte[] root(MemorySegment bytes) {
    try {
      MessageDigest root = MessageDigest.getInstance("SHA-256");
      MessageDigest leaf = MessageDigest.getInstance("SHA-256");
      for (long at = 0; at < bytes.byteSize(); at += LEAF_BYTES) {
        long length = Math.min(LEAF_BYTES, bytes.byteSize() - at);
        root.update(leaf.digest(bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE)));
      }
      return root.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
