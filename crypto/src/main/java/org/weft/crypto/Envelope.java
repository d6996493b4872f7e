package org.weft.crypto;

import java.util.Arrays;

/**
 * Bytes and the signature over them, kept exactly as received. Arrays are copied in and out; two
 * envelopes are equal where all their bytes are.
 */
public record Envelope(byte[] payload, NodeId signer, byte[] signature) {
  public Envelope {
    payload = payload.clone();
    signature = signature.clone();
  }

  /** Signs {@code domain tag || payload}. */
  public static Envelope sign(NodeKey key, Domain domain, byte[] payload) {
    return new Envelope(payload, key.id(), key.sign(domain.message(payload)));
  }

  /** Whether the signer signed this payload for this purpose. */
  public boolean verify(Domain domain) {
    return signer.verify(domain.message(payload), signature);
  }

  @Override
  public byte[] payload() {
    return payload.clone();
  }

  @Override
  public byte[] signature() {
    return signature.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Envelope that
        && signer.equals(that.signer)
        && Arrays.equals(payload, that.payload)
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * signer.hashCode() + Arrays.hashCode(payload)) + Arrays.hashCode(signature);
  }

  @Override
  public String toString() {
    return "Envelope[" + payload.length + " bytes signed by " + signer + "]";
  }
}
