package org.weft.crypto;

import java.nio.file.Path;
import java.security.SecureRandom;

/** A node's Ed25519 signing key. Immutable; any thread. */
public final class NodeKey {
  public static NodeKey generate(SecureRandom random) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Reads the key file, or creates it atomically, readable by the owner only. */
  public static NodeKey loadOrCreate(Path file, SecureRandom random) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static NodeKey load(Path file) {
    throw new UnsupportedOperationException("skeleton");
  }

  public NodeId id() {
    throw new UnsupportedOperationException("skeleton");
  }

  public byte[] sign(byte[] message) {
    throw new UnsupportedOperationException("skeleton");
  }

  private NodeKey() {}
}
