package org.weft.node.ticket;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Ticket;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/**
 * A ticket whose signature, times, hops and limits have been checked. Immutable; equal where the
 * envelopes as received are.
 */
public final class VerifiedTicket {
  /** Bytes of a ticket's payload at most: {@link #MAX_HOPS} records and room for the rest. */
  public static final int MAX_BYTES = 128 << 10;

  public static final int MAX_HOPS = 64;

  /** Positions of a session at most. */
  public static final int MAX_LENGTH = 1 << 20;

  /** Steps in flight at most. */
  public static final int MAX_IN_FLIGHT = 64;

  /** Rows of a step at most. */
  public static final int MAX_STEP_ROWS = 4096;

  /** From a ticket's issue to its expiry at most: as long are closed sessions remembered. */
  public static final Duration MAX_LIFE = Duration.ofMinutes(15);

  /** What a ticket may ask a hop to know. None yet: later versions add theirs here. */
  public static final Set<String> KNOWN_FEATURES = Set.of();

  /** One hop: who, where, and the blocks that it computes. */
  public record Hop(VerifiedRecord record, Span span) {}

  private final Signed signed;
  private final Ticket ticket;
  private final SessionId session;
  private final ModelId model;
  private final NodeId gateway;
  private final NodeId collector;
  private final List<Hop> hops;

  /** Only of what {@link TicketCheck} has let through. */
  VerifiedTicket(
      Signed signed,
      Ticket ticket,
      SessionId session,
      ModelId model,
      NodeId gateway,
      NodeId collector,
      List<Hop> hops) {
    this.signed = signed;
    this.ticket = ticket;
    this.session = session;
    this.model = model;
    this.gateway = gateway;
    this.collector = collector;
    this.hops = List.copyOf(hops);
  }

  /**
   * Signs a ticket of this gateway's own, after the checks that every hop will make.
   *
   * @throws NodeException as {@link #verify}
   */
  public static VerifiedTicket sign(
      NodeKey gateway, Ticket ticket, NetworkId network, Instant now) {
    return TicketCheck.sign(gateway, ticket, network, now);
  }

  /**
   * Checks all that does not depend on the hop that asks: signature by the gateway it names,
   * network, version, features, expiry, contiguous spans inside verified records (which must have
   * stood when the ticket was issued), roundings, limits.
   *
   * @throws NodeException TICKET, INCOMPATIBLE (version) or UNSUPPORTED (features, adapters, KV
   *     types) and one sentence
   */
  public static VerifiedTicket verify(Signed signed, NetworkId network, Instant now) {
    return TicketCheck.verify(signed, network, now);
  }

  public SessionId session() {
    return session;
  }

  public long epoch() {
    return ticket.getEpoch();
  }

  public ModelId model() {
    return model;
  }

  public NodeId gateway() {
    return gateway;
  }

  /** Who may collect the results. */
  public NodeId collector() {
    return collector;
  }

  /** In chain order, from block 0. */
  public List<Hop> hops() {
    return hops;
  }

  /** Who may open the stream to hop {@code hop}: the gateway for 0, else the hop before. */
  public NodeId predecessor(int hop) {
    return hop == 0 ? gateway : hops.get(hop - 1).record().node();
  }

  /** When opening by this ticket ends; until then a closed session is remembered. */
  public Instant expires() {
    return Instant.ofEpochMilli(ticket.getExpiresMs());
  }

  public Ticket ticket() {
    return ticket;
  }

  /** The envelope as received, which is what goes down the chain. */
  public Signed signed() {
    return signed;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifiedTicket that && signed.equals(that.signed);
  }

  @Override
  public int hashCode() {
    return signed.hashCode();
  }

  @Override
  public String toString() {
    return "VerifiedTicket[session " + session + " epoch " + epoch() + " of " + gateway + "]";
  }
}
