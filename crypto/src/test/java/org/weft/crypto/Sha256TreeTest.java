package org.weft.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256TreeTest {
  private static final HexFormat HEX = HexFormat.of();

  /** RFC 6962's hash of no leaves: SHA-256 of the empty string. */
  @Test
  void shouldHashTheEmptyStringWhenThereAreNoBytes() {
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        HEX.formatHex(Sha256Tree.root(MemorySegment.ofArray(new byte[0]))));
  }

  /** Certificate Transparency's reference tree of leaves of two bytes, 0x1011 and 0x2021. */
  @Test
  void shouldPrefixLeavesAndNodes() throws Exception {
    byte[] bytes = {0x10, 0x11, 0x20, 0x21};
    byte[] left = sha256((byte) 0, new byte[] {0x10, 0x11});
    byte[] right = sha256((byte) 0, new byte[] {0x20, 0x21});
    assertEquals(
        HEX.formatHex(sha256((byte) 1, left, right)),
        HEX.formatHex(Sha256Tree.root(MemorySegment.ofArray(bytes), 2)));
  }

  @Test
  void shouldEqualTheRecursiveDefinitionAtAwkwardSizes() throws Exception {
    long seed = 11;
    Random random = new Random(seed);
    byte[] bytes = new byte[700];
    random.nextBytes(bytes);
    for (int length = 0; length <= bytes.length; length += length < 80 ? 1 : 31) {
      for (int leaf : new int[] {1, 2, 3, 7, 16, 64, 699, 700, 701}) {
        byte[] piece = Arrays.copyOf(bytes, length);
        assertEquals(
            HEX.formatHex(reference(piece, leaf)),
            HEX.formatHex(Sha256Tree.root(MemorySegment.ofArray(piece), leaf)),
            "length " + length + ", leaf " + leaf + ", seed " + seed);
      }
    }
  }

  @Test
  void shouldEqualTheRecursiveDefinitionOverSeveralWholeLeavesOffHeap() throws Exception {
    byte[] bytes = new byte[3 * Sha256Tree.LEAF_BYTES + 12345];
    new Random(5).nextBytes(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(bytes.length);
      segment.copyFrom(MemorySegment.ofArray(bytes));
      assertEquals(
          HEX.formatHex(reference(bytes, Sha256Tree.LEAF_BYTES)),
          HEX.formatHex(Sha256Tree.root(segment)));
    }
  }

  private static byte[] reference(byte[] bytes, int leaf) throws NoSuchAlgorithmException {
    if (bytes.length == 0) {
      return MessageDigest.getInstance("SHA-256").digest();
    }
    int leaves = (bytes.length + leaf - 1) / leaf;
    if (leaves == 1) {
      return sha256((byte) 0, bytes);
    }
    int split = Integer.highestOneBit(leaves - 1) * leaf;
    return sha256(
        (byte) 1,
        reference(Arrays.copyOf(bytes, split), leaf),
        reference(Arrays.copyOfRange(bytes, split, bytes.length), leaf));
  }

  private static byte[] sha256(byte prefix, byte[]... parts) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(prefix);
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }
}
