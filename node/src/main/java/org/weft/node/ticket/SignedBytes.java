package org.weft.node.ticket;

import com.google.protobuf.ByteString;
import org.weft.crypto.Domain;
import org.weft.crypto.Envelope;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Signed;

/** Envelopes between the wire and {@code crypto}, with their sizes checked first. */
final class SignedBytes {
  /** Signer, signature and their tags; what is more is an attempt to bloat. */
  private static final int OVERHEAD_BYTES = 128;

  static Signed sign(NodeKey key, Domain domain, byte[] payload) {
    Envelope envelope = Envelope.sign(key, domain, payload);
    return Signed.newBuilder()
        .setPayload(ByteString.copyFrom(payload))
        .setSigner(ByteString.copyFrom(envelope.signer().bytes()))
        .setSignature(ByteString.copyFrom(envelope.signature()))
        .build();
  }

  /** The signer, after size and signature have been checked. {@code what} begins a sentence. */
  static NodeId verify(
      Signed signed, Domain domain, int maxPayloadBytes, NodeError error, String what) {
    NodeId signer = signer(signed, maxPayloadBytes, error, what);
    requireSignature(signed, signer, domain, error, what);
    return signer;
  }

  /** Who is said to have signed, after sizes have been checked. */
  static NodeId signer(Signed signed, int maxPayloadBytes, NodeError error, String what) {
    int bytes = signed.getPayload().size();
    if (bytes > maxPayloadBytes || signed.getSerializedSize() > bytes + OVERHEAD_BYTES) {
      throw new NodeException(
          error, what + " is larger than the " + maxPayloadBytes + " bytes allowed.");
    }
    if (signed.getSigner().size() != NodeId.BYTES
        || signed.getSignature().size() != NodeId.SIGNATURE_BYTES) {
      throw new NodeException(error, what + " has no well-formed signer and signature.");
    }
    return NodeId.of(signed.getSigner().toByteArray());
  }

  static void requireSignature(
      Signed signed, NodeId signer, Domain domain, NodeError error, String what) {
    Envelope envelope =
        new Envelope(
            signed.getPayload().toByteArray(), signer, signed.getSignature().toByteArray());
    if (!envelope.verify(domain)) {
      throw new NodeException(error, what + " does not bear the signature of " + signer + ".");
    }
  }

  private SignedBytes() {}
}
