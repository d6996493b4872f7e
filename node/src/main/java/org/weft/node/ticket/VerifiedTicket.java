package org.weft.node.ticket;

import java.time.Instant;
import java.util.List;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Ticket;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/** A ticket whose signature, times, hops and limits have been checked. Immutable. */
public final class VerifiedTicket {
  /** One hop: who, where, and the blocks that it computes. */
  public record Hop(VerifiedRecord record, Span span) {}

  public static VerifiedTicket sign(
      NodeKey gateway, Ticket ticket, NetworkId network, Instant now) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Checks all that does not depend on the hop that asks: signature by the gateway it names,
   * network, version, features, expiry, contiguous spans inside verified records, roundings,
   * limits. A refusal is a NodeException (TICKET, INCOMPATIBLE, UNSUPPORTED).
   */
  public static VerifiedTicket verify(Signed signed, NetworkId network, Instant now) {
    throw new UnsupportedOperationException("skeleton");
  }

  public SessionId session() {
    throw new UnsupportedOperationException("skeleton");
  }

  public long epoch() {
    throw new UnsupportedOperationException("skeleton");
  }

  public ModelId model() {
    throw new UnsupportedOperationException("skeleton");
  }

  public NodeId gateway() {
    throw new UnsupportedOperationException("skeleton");
  }

  public NodeId collector() {
    throw new UnsupportedOperationException("skeleton");
  }

  public List<Hop> hops() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Who may open the stream to hop {@code hop}: the gateway for 0, else the hop before. */
  public NodeId predecessor(int hop) {
    throw new UnsupportedOperationException("skeleton");
  }

  public Ticket ticket() {
    throw new UnsupportedOperationException("skeleton");
  }

  public Signed signed() {
    throw new UnsupportedOperationException("skeleton");
  }

  private VerifiedTicket() {}
}
