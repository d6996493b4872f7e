package org.weft.node.serving;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.protocol.v1.Limits;
import org.weft.protocol.v1.Rounding;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Signed;
import org.weft.shard.model.Span;

/**
 * What one ticket asks of this hop. Immutable.
 *
 * @param next where the rows go on; empty at the tail
 * @param in the format of rows on the way in
 * @param out the format on the way out, to the next hop or the collector
 * @param parts the span, cut where rows are rounded inside of it
 * @param maxRewind positions that a later step may go back by, where blocks have sliding windows
 * @param base positions that the gateway has accepted results for
 * @param openHops hops behind this one
 */
record HopPlan(
    SessionKey key,
    long epoch,
    int hop,
    int openHops,
    NodeId predecessor,
    NodeId collector,
    Optional<PeerAddress> next,
    Signed ticket,
    long expiresMillis,
    RowFormat in,
    RowFormat out,
    List<Part> parts,
    int maxLength,
    int maxRewind,
    int window,
    int maxStepRows,
    int base) {

  /** Blocks, and the format that rows are rounded to behind them. */
  record Part(Span blocks, RowFormat after) {}

  static HopPlan of(VerifiedTicket ticket, int hop, int base, int windowHere, int stepRowsHere) {
    VerifiedTicket.Hop mine = ticket.hops().get(hop);
    Limits limits = ticket.ticket().getLimits();
    List<Rounding> roundings = ticket.ticket().getRoundingsList();
    Optional<PeerAddress> next =
        hop + 1 < ticket.hops().size()
            ? Optional.of(ticket.hops().get(hop + 1).record().address())
            : Optional.empty();
    return new HopPlan(
        new SessionKey(ticket.gateway(), ticket.session(), mine.span()),
        ticket.epoch(),
        hop,
        ticket.hops().size() - 1 - hop,
        ticket.predecessor(hop),
        ticket.collector(),
        next,
        alone(ticket.signed()),
        ticket.ticket().getExpiresMs(),
        formatAt(roundings, mine.span().start()),
        formatAt(roundings, mine.span().end()),
        parts(roundings, mine.span()),
        limits.getMaxLength(),
        limits.getMaxRewind(),
        Math.min(limits.getMaxInFlight(), windowHere),
        Math.min(limits.getMaxStepRows(), stepRowsHere),
        base);
  }

  /** A copy, which lives as long as the session: the Open that it came in may have held more. */
  private static Signed alone(Signed ticket) {
    return Signed.newBuilder()
        .setPayload(copy(ticket.getPayload()))
        .setSigner(copy(ticket.getSigner()))
        .setSignature(copy(ticket.getSignature()))
        .build();
  }

  private static ByteString copy(ByteString bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.toByteArray());
  }

  boolean tail() {
    return next.isEmpty();
  }

  /** Whether rows that were computed under {@code other} are what this plan would compute. */
  boolean computesAs(HopPlan other) {
    return in == other.in && parts.equals(other.parts);
  }

  private static RowFormat formatAt(List<Rounding> roundings, int block) {
    for (Rounding rounding : roundings) {
      if (rounding.getBlock() == block) {
        return rounding.getFormat();
      }
    }
    return RowFormat.ROW_FORMAT_F32;
  }

  private static List<Part> parts(List<Rounding> roundings, Span span) {
    List<Part> parts = new ArrayList<>();
    int start = span.start();
    for (int block = start + 1; block < span.end(); block++) {
      RowFormat format = formatAt(roundings, block);
      if (format != RowFormat.ROW_FORMAT_F32) {
        parts.add(new Part(new Span(start, block), format));
        start = block;
      }
    }
    // What follows the last block is rounded by being written to the wire.
    parts.add(new Part(new Span(start, span.end()), RowFormat.ROW_FORMAT_F32));
    return List.copyOf(parts);
  }
}
