package org.weft.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The SHA-256 tree over a run of bytes, so that a piece can be checked without the rest. The bytes
 * are cut into leaves of {@link #LEAF_BYTES} (the last may be shorter). As in RFC 6962 §2.1:
 *
 * <ul>
 *   <li>a leaf is {@code SHA-256(0x00 || bytes)};
 *   <li>a node is {@code SHA-256(0x01 || left || right)}, where the left side has the largest power
 *       of two of leaves that is smaller than their number;
 *   <li>no bytes at all give {@code SHA-256("")}.
 * </ul>
 */
public final class Sha256Tree {
  /** Bytes of a leaf: 1 MiB. */
  public static final int LEAF_BYTES = 1 << 20;

  /** Bytes of a hash. */
  public static final int HASH_BYTES = 32;

  /** Enough to keep the digest's intrinsic in its loop, small enough to stay in the L1 cache. */
  private static final int COPY_BYTES = 16 << 10;

  private static final byte LEAF = 0x00;
  private static final byte NODE = 0x01;

  private final MessageDigest digest = sha256();
  private final byte[] copy = new byte[COPY_BYTES];

  /** Hashes of the complete subtrees to the left, by height: {@code long} counts allow 64. */
  private final byte[][] pending = new byte[64][HASH_BYTES];

  /** The root, 32 bytes. */
  public static byte[] root(MemorySegment bytes) {
    return root(bytes, LEAF_BYTES);
  }

  static byte[] root(MemorySegment bytes, int leafBytes) {
    if (bytes.byteSize() == 0) {
      return sha256().digest();
    }
    return new Sha256Tree().hash(bytes, leafBytes);
  }

  private byte[] hash(MemorySegment bytes, int leafBytes) {
    long leaves = 0;
    byte[] current = new byte[HASH_BYTES];
    for (long offset = 0; offset < bytes.byteSize(); offset += leafBytes) {
      leaf(bytes, offset, Math.min(leafBytes, bytes.byteSize() - offset), current);
      // Bit h of the count so far says that a complete subtree of 2^h leaves waits at height h.
      int height = 0;
      for (; (leaves >>> height & 1) != 0; height++) {
        node(pending[height], current, current);
      }
      System.arraycopy(current, 0, pending[height], 0, HASH_BYTES);
      leaves++;
    }
    return fold(leaves);
  }

  /** Joins the waiting subtrees, smallest first: each is the right side of the next. */
  private byte[] fold(long leaves) {
    int height = Long.numberOfTrailingZeros(leaves);
    byte[] root = pending[height].clone();
    for (height++; height < Long.SIZE; height++) {
      if ((leaves >>> height & 1) != 0) {
        node(pending[height], root, root);
      }
    }
    return root;
  }

  private void leaf(MemorySegment bytes, long offset, long length, byte[] into) {
    digest.update(LEAF);
    for (long done = 0; done < length; done += COPY_BYTES) {
      int count = (int) Math.min(COPY_BYTES, length - done);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset + done, copy, 0, count);
      digest.update(copy, 0, count);
    }
    finish(into);
  }

  private void node(byte[] left, byte[] right, byte[] into) {
    digest.update(NODE);
    digest.update(left);
    digest.update(right);
    finish(into);
  }

  private void finish(byte[] into) {
    try {
      digest.digest(into, 0, HASH_BYTES);
    } catch (DigestException e) {
      throw new CryptoException(CryptoError.RUNTIME, "SHA-256 failed: " + e.getMessage() + ".", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new CryptoException(CryptoError.RUNTIME, "This Java runtime has no SHA-256.", e);
    }
  }

  private Sha256Tree() {}
}
