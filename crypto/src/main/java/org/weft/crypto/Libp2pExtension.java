package org.weft.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * libp2p's public key extension: {@code SignedKey ::= SEQUENCE { publicKey OCTET STRING, signature
 * OCTET STRING }}, the key as libp2p's protobuf. For an Ed25519 identity, the only kind here, DER
 * and libp2p's deterministic protobuf leave one layout of 106 bytes.
 */
final class Libp2pExtension {
  static final ASN1ObjectIdentifier OID = new ASN1ObjectIdentifier("1.3.6.1.4.1.53594.1.1");

  private static final byte[] MESSAGE_PREFIX =
      "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);

  /** SEQUENCE of 104 bytes, OCTET STRING of 36, protobuf {Type = Ed25519, Data of 32 bytes}. */
  private static final byte[] KEY_HEADER = HexFormat.of().parseHex("3068042408011220");

  /** OCTET STRING of 64 bytes. */
  private static final byte[] SIGNATURE_HEADER = HexFormat.of().parseHex("0440");

  private static final int SIGNATURE_AT = KEY_HEADER.length + NodeId.BYTES;
  private static final int LENGTH = SIGNATURE_AT + SIGNATURE_HEADER.length + NodeId.SIGNATURE_BYTES;

  /** An identity key and its signature over the certificate's key. */
  record SignedKey(NodeId id, byte[] signature) {}

  /** What the identity key signs: the prefix, then the SubjectPublicKeyInfo in DER. */
  static byte[] message(byte[] subjectPublicKeyInfo) {
    byte[] message =
        Arrays.copyOf(MESSAGE_PREFIX, MESSAGE_PREFIX.length + subjectPublicKeyInfo.length);
    System.arraycopy(
        subjectPublicKeyInfo, 0, message, MESSAGE_PREFIX.length, subjectPublicKeyInfo.length);
    return message;
  }

  static byte[] encode(NodeId id, byte[] signature) {
    byte[] value = new byte[LENGTH];
    System.arraycopy(KEY_HEADER, 0, value, 0, KEY_HEADER.length);
    System.arraycopy(id.bytes(), 0, value, KEY_HEADER.length, NodeId.BYTES);
    System.arraycopy(SIGNATURE_HEADER, 0, value, SIGNATURE_AT, SIGNATURE_HEADER.length);
    System.arraycopy(
        signature, 0, value, SIGNATURE_AT + SIGNATURE_HEADER.length, NodeId.SIGNATURE_BYTES);
    return value;
  }

  /** The signed key, or null where the bytes have any other layout (other key types included). */
  static @Nullable SignedKey decode(byte[] value) {
    if (value.length != LENGTH
        || !starts(value, 0, KEY_HEADER)
        || !starts(value, SIGNATURE_AT, SIGNATURE_HEADER)) {
      return null;
    }
    return new SignedKey(
        NodeId.of(Arrays.copyOfRange(value, KEY_HEADER.length, SIGNATURE_AT)),
        Arrays.copyOfRange(value, SIGNATURE_AT + SIGNATURE_HEADER.length, LENGTH));
  }

  private static boolean starts(byte[] value, int at, byte[] expected) {
    return Arrays.equals(value, at, at + expected.length, expected, 0, expected.length);
  }

  private Libp2pExtension() {}
}
