package org.weft.node.ticket;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.weft.crypto.Domain;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.Limits;
import org.weft.protocol.v1.Rounding;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.TicketHop;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/** The checks that make a {@link VerifiedTicket}: size and signature first, then every field. */
final class TicketCheck {
  private static final int MAX_ADMISSION_BYTES = 1024;
  private static final int MAX_FEATURES = 32;

  static VerifiedTicket sign(NodeKey gateway, Ticket ticket, NetworkId network, Instant now) {
    return verify(SignedBytes.sign(gateway, Domain.TICKET, ticket.toByteArray()), network, now);
  }

  static VerifiedTicket verify(Signed signed, NetworkId network, Instant now) {
    NodeId signer =
        SignedBytes.verify(
            signed, Domain.TICKET, VerifiedTicket.MAX_BYTES, NodeError.TICKET, "A ticket");
    Ticket ticket = parse(signed.getPayload());
    // The version comes first: what else a ticket of another version means is not known here.
    version(ticket);
    features(ticket);
    require(ticket.getGateway().equals(signed.getSigner()), "is not signed by its own gateway");
    require(
        ticket.getNetworkId().equals(ByteString.copyFrom(network.bytes())),
        "belongs to another swarm");
    times(ticket, now);
    require(ticket.getSessionId().size() == SessionId.BYTES, "names no session");
    require(ticket.getEpoch() >= 0, "has an impossible epoch");
    require(ticket.getModelId().size() == RecordCheck.HASH_BYTES, "names no model");
    require(RecordCheck.emptyOrHash(ticket.getNumerics()), "has a malformed numerics hash");
    require(ticket.getCollector().size() == NodeId.BYTES, "names no collector");
    require(ticket.getAdmission().size() <= MAX_ADMISSION_BYTES, "has too large an admission");
    limits(ticket.getLimits());
    List<VerifiedTicket.Hop> hops = hops(ticket, network);
    roundings(ticket, hops.getLast().span().end());
    return new VerifiedTicket(
        signed,
        ticket,
        SessionId.of(ticket.getSessionId().toByteArray()),
        ModelId.of(ticket.getModelId().toByteArray()),
        signer,
        NodeId.of(ticket.getCollector().toByteArray()),
        hops);
  }

  private static Ticket parse(ByteString payload) {
    try {
      return Ticket.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw new NodeException(NodeError.TICKET, "A ticket is not a well-formed message.");
    }
  }

  private static void version(Ticket ticket) {
    int version = ticket.getProtocolVersion();
    if (version < Wire.MIN_VERSION || version > Wire.VERSION) {
      throw new NodeException(
          NodeError.INCOMPATIBLE,
          "The ticket speaks version "
              + Integer.toUnsignedString(version)
              + " of the protocol, and this node speaks "
              + Wire.MIN_VERSION
              + " to "
              + Wire.VERSION
              + ".");
    }
  }

  private static void features(Ticket ticket) {
    require(ticket.getFeaturesCount() <= MAX_FEATURES, "asks for too many features");
    for (String feature : ticket.getFeaturesList()) {
      if (!VerifiedTicket.KNOWN_FEATURES.contains(feature)) {
        throw unsupported("the feature \"" + Text.printable(feature) + "\"");
      }
    }
    if (!ticket.getAdapterId().isEmpty()) {
      throw unsupported("an adapter");
    }
    switch (ticket.getKvType()) {
      case KV_TYPE_F16, KV_TYPE_Q8_0 -> {}
      case KV_TYPE_UNSPECIFIED, UNRECOGNIZED -> throw unsupported("an unknown type of KV cache");
    }
  }

  private static NodeException unsupported(String what) {
    return new NodeException(
        NodeError.UNSUPPORTED, "The ticket asks for " + what + ", which this node does not know.");
  }

  private static void times(Ticket ticket, Instant now) {
    long issued = ticket.getIssuedMs();
    long expires = ticket.getExpiresMs();
    require(issued > 0 && expires > issued, "has impossible times");
    require(
        expires - issued <= VerifiedTicket.MAX_LIFE.toMillis(),
        "stands for longer than the " + VerifiedTicket.MAX_LIFE.toMinutes() + " minutes allowed");
    require(
        !Instant.ofEpochMilli(issued).isAfter(now.plus(VerifiedRecord.SKEW)),
        "was issued in the future; check the clocks of both machines");
    require(Instant.ofEpochMilli(expires).isAfter(now), "has expired");
  }

  private static void limits(Limits limits) {
    within("length", limits.getMaxLength(), 1, VerifiedTicket.MAX_LENGTH);
    within("steps in flight", limits.getMaxInFlight(), 1, VerifiedTicket.MAX_IN_FLIGHT);
    within("rows of a step", limits.getMaxStepRows(), 1, VerifiedTicket.MAX_STEP_ROWS);
    within("positions to go back by", limits.getMaxRewind(), 0, limits.getMaxLength());
  }

  private static void within(String what, int unsigned, int least, int most) {
    long value = Integer.toUnsignedLong(unsigned);
    require(
        value >= least && value <= most,
        "limits the " + what + " to " + value + ", outside of " + least + " to " + most);
  }

  private static List<VerifiedTicket.Hop> hops(Ticket ticket, NetworkId network) {
    int count = ticket.getHopsCount();
    require(count >= 1 && count <= VerifiedTicket.MAX_HOPS, "has " + count + " hops");
    List<VerifiedTicket.Hop> hops = new ArrayList<>(count);
    int block = 0;
    for (TicketHop hop : ticket.getHopsList()) {
      String which = "in hop " + hops.size() + " ";
      require(
          RecordCheck.isSpan(hop.getSpan()) && hop.getSpan().getStart() == block,
          which + "does not go on at block " + block);
      Span span = new Span(block, hop.getSpan().getEnd());
      VerifiedRecord record = record(ticket, hop, network, which);
      require(
          record.span().contains(span),
          which + "uses blocks " + span + " of a node that serves " + record.span());
      hops.add(new VerifiedTicket.Hop(record, span));
      block = span.end();
    }
    return hops;
  }

  /**
   * A record has to have stood when the gateway relied on it, which is when it issued the ticket.
   */
  private static VerifiedRecord record(
      Ticket ticket, TicketHop hop, NetworkId network, String which) {
    VerifiedRecord record;
    try {
      record =
          VerifiedRecord.verify(
              hop.getRecord(), network, Instant.ofEpochMilli(ticket.getIssuedMs()));
    } catch (NodeException e) {
      throw new NodeException(
          NodeError.TICKET, "The ticket " + which + "is bad: " + e.getMessage());
    }
    require(
        record.record().getModelId().equals(ticket.getModelId()),
        which + "names a node that serves another model");
    return record;
  }

  /** Boundary 0 is the way into the first block, and {@code blocks} the way out of the last. */
  private static void roundings(Ticket ticket, int blocks) {
    int last = -1;
    for (Rounding rounding : ticket.getRoundingsList()) {
      int block = rounding.getBlock();
      require(
          block > last && block <= blocks, "has roundings out of order or outside of the model");
      boolean known =
          switch (rounding.getFormat()) {
            case ROW_FORMAT_F32, ROW_FORMAT_F16, ROW_FORMAT_Q8 -> true;
            case ROW_FORMAT_UNSPECIFIED, UNRECOGNIZED -> false;
          };
      require(known, "rounds to an unknown format");
      last = block;
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new NodeException(NodeError.TICKET, "The ticket " + what + ".");
    }
  }

  private TicketCheck() {}
}
