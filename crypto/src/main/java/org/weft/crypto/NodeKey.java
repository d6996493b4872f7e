package org.weft.crypto;

import java.nio.file.Path;
import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * A node's Ed25519 signing key (RFC 8032, by BouncyCastle's lightweight interface). Immutable; any
 * thread. The seed never leaves this package but for the key file.
 */
public final class NodeKey {
  static final int SEED_BYTES = 32;

  private final byte[] seed;
  private final byte[] publicKey;
  private final NodeId id;

  private NodeKey(byte[] seed) {
    this.seed = seed;
    publicKey = new byte[NodeId.BYTES];
    Ed25519.generatePublicKey(seed, 0, publicKey, 0);
    id = NodeId.of(publicKey);
  }

  public static NodeKey generate(SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new NodeKey(seed);
  }

  /** The key of a 32-byte seed, RFC 8032's private key. */
  static NodeKey ofSeed(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("a seed has " + SEED_BYTES + " bytes");
    }
    return new NodeKey(seed.clone());
  }

  byte[] seed() {
    return seed.clone();
  }

  /**
   * Reads the key file, or creates it: whole or not at all, readable by the owner only. Of several
   * processes that create it at once, all end with the same key.
   *
   * @throws CryptoException KEY_FILE where the file stands but cannot be used, STORAGE where it
   *     cannot be written
   */
  public static NodeKey loadOrCreate(Path file, SecureRandom random) {
    return KeyFile.loadOrCreate(file, random);
  }

  /**
   * Reads the key file.
   *
   * @throws CryptoException KEY_FILE where it is missing, unreadable, open to others or not a key
   */
  public static NodeKey load(Path file) {
    return KeyFile.load(file);
  }

  public NodeId id() {
    return id;
  }

  /** 64 bytes, deterministic. Callers sign with a {@link Domain}: {@link Envelope#sign}. */
  public byte[] sign(byte[] message) {
    byte[] signature = new byte[NodeId.SIGNATURE_BYTES];
    Ed25519.sign(seed, 0, publicKey, 0, null, message, 0, message.length, signature, 0);
    return signature;
  }

  /** Names the node; says nothing of the secret. */
  @Override
  public String toString() {
    return "NodeKey[" + id + "]";
  }
}
