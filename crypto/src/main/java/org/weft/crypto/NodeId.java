package org.weft.crypto;

import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * A node's identity: its raw 32-byte Ed25519 public key, written as libp2p writes peer ids
 * (12D3Koo…): base58btc of the identity multihash of the protobuf-encoded key. Immutable; any
 * thread. Source: github.com/libp2p/specs, peer-ids.
 */
public final class NodeId {
  /** Bytes of a public key. */
  public static final int BYTES = 32;

  /** Bytes of an Ed25519 signature. */
  public static final int SIGNATURE_BYTES = 64;

  /** Identity multihash (0x00) of 36 bytes, holding protobuf {Type: Ed25519, Data: 32 bytes}. */
  private static final byte[] PREFIX = {0x00, 0x24, 0x08, 0x01, 0x12, 0x20};

  /** Every id of this kind has as many characters. */
  private static final int TEXT_LENGTH = 52;

  private final byte[] publicKey;

  private NodeId(byte[] publicKey) {
    this.publicKey = publicKey;
  }

  /**
   * Of a raw public key.
   *
   * @throws CryptoException NODE_ID where there are not 32 bytes; whether they are a point of the
   *     curve shows when a signature is verified
   */
  public static NodeId of(byte[] publicKey) {
    if (publicKey.length != BYTES) {
      throw new CryptoException(
          CryptoError.NODE_ID,
          "A node id has " + BYTES + " bytes, and here are " + publicKey.length + ".");
    }
    return new NodeId(publicKey.clone());
  }

  /**
   * Of its one written form.
   *
   * @throws CryptoException NODE_ID for anything else, other kinds of peer ids included
   */
  public static NodeId parse(String text) {
    if (text.length() == TEXT_LENGTH) {
      byte[] bytes = Base58.decode(text);
      if (bytes != null
          && bytes.length == PREFIX.length + BYTES
          && Arrays.equals(bytes, 0, PREFIX.length, PREFIX, 0, PREFIX.length)) {
        return new NodeId(Arrays.copyOfRange(bytes, PREFIX.length, bytes.length));
      }
    }
    throw new CryptoException(
        CryptoError.NODE_ID,
        "\""
            + Printable.of(text, 64)
            + "\" is not a node id: one has "
            + TEXT_LENGTH
            + " characters and begins with 12D3KooW.");
  }

  /** The raw public key: a fresh copy. */
  public byte[] bytes() {
    return publicKey.clone();
  }

  /**
   * Whether {@code signature} is this node's over {@code message}, by RFC 8032. False, never an
   * exception, for malformed signatures and for keys that are no point of the prime-order group
   * (with a key of small order one signature fits many messages).
   */
  public boolean verify(byte[] message, byte[] signature) {
    if (signature.length != SIGNATURE_BYTES) {
      return false;
    }
    Ed25519.PublicPoint point = Ed25519.validatePublicKeyFullExport(publicKey, 0);
    return point != null && Ed25519.verify(signature, 0, point, message, 0, message.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeId that && Arrays.equals(publicKey, that.publicKey);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(publicKey);
  }

  /** The written form, 12D3KooW…. */
  @Override
  public String toString() {
    byte[] multihash = Arrays.copyOf(PREFIX, PREFIX.length + BYTES);
    System.arraycopy(publicKey, 0, multihash, PREFIX.length, BYTES);
    return Base58.encode(multihash);
  }
}
