package org.weft.node.serving;

import java.time.Clock;
import org.weft.crypto.NodeId;
import org.weft.node.NodeException;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.KvType;
import org.weft.protocol.v1.Open;
import org.weft.shard.manifest.ModelId;

/**
 * Whether a ticket opens anything here: all that can be said without knowing which sessions there
 * are. Holds no state; any thread.
 */
final class Admission {
  private static final int MAX_OPEN_BYTES = 256 << 10;

  private final BlockServerConfig config;
  private final NodeId self;
  private final NetworkId network;
  private final ModelId model;
  private final SpanCompute compute;
  private final Clock clock;

  /** Yes, and what is to be done; or why not. */
  sealed interface Answer {}

  record Admitted(HopPlan plan) implements Answer {}

  /** {@code epoch} is 0 where the ticket could not be believed. */
  record Refused(FaultReason reason, long epoch) implements Answer {}

  Admission(
      BlockServerConfig config,
      NodeId self,
      NetworkId network,
      ModelId model,
      SpanCompute compute,
      Clock clock) {
    this.config = config;
    this.self = self;
    this.network = network;
    this.model = model;
    this.compute = compute;
    this.clock = clock;
  }

  Answer check(NodeId peer, Open open) {
    if (open.getSerializedSize() > MAX_OPEN_BYTES) {
      return refuse(FaultCode.FAULT_CODE_PROTOCOL, "The Open is larger than any ticket needs.", 0);
    }
    VerifiedTicket ticket;
    try {
      ticket = VerifiedTicket.verify(open.getTicket(), network, clock.instant());
    } catch (NodeException e) {
      return new Refused(FaultReason.of(e), 0);
    }
    Answer place = checkPlace(peer, open, ticket);
    return place instanceof Refused ? place : checkDemands(open, ticket);
  }

  /** Who asks, of whom, for which model and blocks. */
  private Answer checkPlace(NodeId peer, Open open, VerifiedTicket ticket) {
    long epoch = ticket.epoch();
    int hop = open.getHop();
    if (hop < 0 || hop >= ticket.hops().size()) {
      return refuse(FaultCode.FAULT_CODE_TICKET, "The ticket has no hop of that number.", epoch);
    }
    VerifiedTicket.Hop mine = ticket.hops().get(hop);
    if (!mine.record().node().equals(self)) {
      return refuse(FaultCode.FAULT_CODE_TICKET, "The ticket names another node here.", epoch);
    }
    if (!ticket.predecessor(hop).equals(peer)) {
      return refuse(
          FaultCode.FAULT_CODE_TICKET,
          "The ticket is not presented by the peer that it names before this hop.",
          epoch);
    }
    if (!ticket.model().equals(model)) {
      return refuse(
          FaultCode.FAULT_CODE_WRONG_MODEL, "This node serves another model: " + model, epoch);
    }
    if (!compute.span().contains(mine.span())) {
      return refuse(
          FaultCode.FAULT_CODE_WRONG_SPAN,
          "This node serves blocks %s, not %s.".formatted(compute.span(), mine.span()),
          epoch);
    }
    return admit(open, ticket);
  }

  /** How, and how much. */
  private Answer checkDemands(Open open, VerifiedTicket ticket) {
    long epoch = ticket.epoch();
    KvType kvType =
        switch (config.kvType()) {
          case F16 -> KvType.KV_TYPE_F16;
          case Q8_0 -> KvType.KV_TYPE_Q8_0;
        };
    if (ticket.ticket().getKvType() != kvType) {
      return refuse(
          FaultCode.FAULT_CODE_UNSUPPORTED,
          "This node keeps its KV cache as %s alone.".formatted(config.kvType()),
          epoch);
    }
    if (open.getStandby()) {
      return refuse(
          FaultCode.FAULT_CODE_UNSUPPORTED, "This node does not warm standby sessions.", epoch);
    }
    if (!ticket.ticket().getAdapterId().isEmpty()) {
      return refuse(FaultCode.FAULT_CODE_UNSUPPORTED, "This node has no adapters.", epoch);
    }
    if (!ticket.ticket().getNumerics().isEmpty()) {
      return refuse(
          FaultCode.FAULT_CODE_UNSUPPORTED, "This node has no proof of its numerics.", epoch);
    }
    int most = Math.min(config.maxLength(), compute.context());
    int length = ticket.ticket().getLimits().getMaxLength();
    if (length <= 0 || length > most) {
      return refuse(
          FaultCode.FAULT_CODE_TOO_LONG,
          "A session here has 1 to %d positions, not %s."
              .formatted(most, Integer.toUnsignedString(length)),
          epoch);
    }
    if (open.getBase() < 0 || open.getBase() > length) {
      return refuse(
          FaultCode.FAULT_CODE_PROTOCOL, "The base is beyond the session's length.", epoch);
    }
    return admit(open, ticket);
  }

  private Answer admit(Open open, VerifiedTicket ticket) {
    return new Admitted(
        HopPlan.of(
            ticket, open.getHop(), open.getBase(), config.caps().window(), Integer.MAX_VALUE));
  }

  private static Answer refuse(FaultCode code, String text, long epoch) {
    return new Refused(FaultReason.permanent(code, text), epoch);
  }
}
