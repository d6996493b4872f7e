package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.ticket.TicketFixture;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.KvType;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.Want;

/** Who may open what with which ticket. */
final class RefusedTicketTest {
  private final TestSwarm swarm = new TestSwarm();

  @AfterEach
  void close() {
    swarm.close();
  }

  private void assertRefused(
      FaultCode code, TestSwarm.Node node, UnaryOperator<Ticket.Builder> change) {
    swarm.gateway().open(change, 1, 0, node).assertRefused(code);
    swarm.awaitFreed();
  }

  @Test
  void shouldOpenNothingWhenAnyByteOfTheTicketIsAltered() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    Signed good = swarm.sign(gateway.key, gateway.ticket(1, node));
    byte[] wire = good.toByteArray();
    for (int at = 0; at < wire.length; at += 7) {
      byte[] altered = wire.clone();
      altered[at] ^= 0x10;
      Signed signed;
      try {
        signed = Signed.parseFrom(altered);
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        continue;
      }
      TestGateway.Link link = gateway.new Link(1, node);
      link.dial();
      link.open(signed, 0);
      assertTrue(link.fault().getCode() != FaultCode.FAULT_CODE_UNSPECIFIED, "altered byte " + at);
      link.awaitEndOfChain();
    }
    assertEquals(0, node.compute.usedPages());
    TestGateway.Link link = gateway.new Link(1, node);
    link.dial();
    link.open(good, 0);
    link.opened();
  }

  @Test
  void shouldRefuseATicketOfAnotherGatewaysKey() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    TestGateway thief = swarm.gateway();
    Signed stolen = swarm.sign(gateway.key, gateway.ticket(1, node));
    TestGateway.Link link = thief.new Link(1, node);
    link.dial();
    link.open(stolen, 0);
    link.assertRefused(FaultCode.FAULT_CODE_TICKET);
    swarm.awaitFreed();
  }

  @Test
  void shouldRefuseWhenTheHopIsAnotherOrNone() {
    TestSwarm.Node first = swarm.node(0, 4);
    TestSwarm.Node second = swarm.node(4, 9);
    TestGateway gateway = swarm.gateway();
    Signed ticket = swarm.sign(gateway.key, gateway.ticket(1, first, second));
    for (int hop : new int[] {1, 2, -1}) {
      TestGateway.Link link = gateway.new Link(1, first);
      link.dial();
      link.send(Down.newBuilder().setOpen(Open.newBuilder().setTicket(ticket).setHop(hop)).build());
      link.assertRefused(FaultCode.FAULT_CODE_TICKET);
    }
    // The gateway is not the predecessor of the second hop.
    TestGateway.Link link = gateway.new Link(1, second);
    link.dial();
    link.send(Down.newBuilder().setOpen(Open.newBuilder().setTicket(ticket).setHop(1)).build());
    link.assertRefused(FaultCode.FAULT_CODE_TICKET);
    swarm.awaitFreed();
  }

  @Test
  void shouldRefuseWhatItDoesNotServe() {
    TestSwarm.Node node = swarm.node(0, 4);
    assertRefused(FaultCode.FAULT_CODE_UNSUPPORTED, node, t -> t.setKvType(KvType.KV_TYPE_Q8_0));
    assertRefused(
        FaultCode.FAULT_CODE_UNSUPPORTED,
        node,
        t -> t.setNumerics(ByteString.copyFrom(new byte[32])));
    assertRefused(
        FaultCode.FAULT_CODE_TOO_LONG,
        node,
        t -> t.setLimits(t.getLimitsBuilder().setMaxLength(2049)));
    TestGateway gateway = swarm.gateway();
    Ticket.Builder moreBlocks = gateway.ticket(1, node);
    moreBlocks.setHops(
        0,
        TicketFixture.hop(node.key, 0, 5)
            .setRecord(TicketFixture.signed(node.key, TicketFixture.record(node.key, 0, 5))));
    TestGateway.Link link = gateway.new Link(1, node);
    link.dial();
    link.open(swarm.sign(gateway.key, moreBlocks), 0);
    link.assertRefused(FaultCode.FAULT_CODE_WRONG_SPAN);

    ByteString otherModel =
        ByteString.copyFrom(new byte[] {1}).concat(TicketFixture.MODEL.substring(1));
    Ticket.Builder wrongModel = gateway.ticket(1, node).setModelId(otherModel);
    wrongModel.setHops(
        0,
        TicketFixture.hop(node.key, 0, 4)
            .setRecord(
                TicketFixture.signed(
                    node.key, TicketFixture.record(node.key, 0, 4).setModelId(otherModel))));
    TestGateway.Link wrong = gateway.new Link(1, node);
    wrong.dial();
    wrong.open(swarm.sign(gateway.key, wrongModel), 0);
    wrong.assertRefused(FaultCode.FAULT_CODE_WRONG_MODEL);

    TestGateway.Link beyond = gateway.open(1, 257, node);
    beyond.assertRefused(FaultCode.FAULT_CODE_PROTOCOL);
    TestGateway.Link standby = gateway.new Link(1, node);
    standby.dial();
    standby.send(
        Down.newBuilder()
            .setOpen(
                Open.newBuilder()
                    .setTicket(swarm.sign(gateway.key, gateway.ticket(1, node)))
                    .setStandby(true))
            .build());
    standby.assertRefused(FaultCode.FAULT_CODE_UNSUPPORTED);
    swarm.awaitFreed();
  }

  @Test
  void shouldRefuseWhenTheTicketHasExpired() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    Signed ticket = swarm.sign(gateway.key, gateway.ticket(1, node));
    swarm.timers.advance(Duration.ofSeconds(61));
    TestGateway.Link link = gateway.new Link(1, node);
    link.dial();
    link.open(ticket, 0);
    link.assertRefused(FaultCode.FAULT_CODE_TICKET);
  }

  @Test
  void shouldOpenOnceByOneTicket() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    Signed ticket = swarm.sign(gateway.key, gateway.ticket(2, node));
    TestGateway.Link link = gateway.new Link(2, node);
    link.dial();
    link.open(ticket, 0);
    link.opened();
    for (long epoch : new long[] {1, 2}) {
      gateway.open(epoch, 0, node).assertRefused(FaultCode.FAULT_CODE_STALE_EPOCH);
    }
    // The session did not notice.
    link.gather();
    link.step(0, Want.WANT_ALL, TestSwarm.rows(1, 1));
    link.result();
    link.close();
    assertTrue(link.up().hasClosed());
    TestGateway.Link again = gateway.new Link(2, node);
    again.dial();
    again.open(ticket, 0);
    again.assertRefused(FaultCode.FAULT_CODE_CLOSED);
    swarm.awaitFreed();
  }

  @Test
  void shouldRefuseAnOldEpochWhoseBlocksAreCutOtherwise() {
    TestSwarm.Node node = swarm.node(0, 4);
    TestGateway gateway = swarm.gateway();
    gateway.open(5, 0, node).opened();
    TestGateway.Link part =
        gateway.open(
            ticket ->
                ticket.setHops(0, ticket.getHopsBuilder(0).setSpan(TicketFixture.range(0, 2))),
            4,
            0,
            node);
    part.assertRefused(FaultCode.FAULT_CODE_STALE_EPOCH);
  }
}
