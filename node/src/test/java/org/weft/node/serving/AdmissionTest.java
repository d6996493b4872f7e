package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.weft.node.ticket.TicketFixture;
import org.weft.protocol.WireMethods;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Prefix;
import org.weft.shard.manifest.ModelId;

/** What is left of an Open once it is admitted. */
final class AdmissionTest {
  @Test
  void shouldKeepNothingOfAnOpenButItsTicket() throws IOException {
    try (TestSwarm swarm = new TestSwarm()) {
      TestSwarm.Node node = swarm.node(0, 3);
      TestGateway gateway = swarm.gateway();
      Open open =
          Open.newBuilder()
              .setTicket(swarm.sign(gateway.key, gateway.ticket(1, node)))
              .setPrefix(Prefix.newBuilder().addPageHashes(ByteString.copyFrom(new byte[200_000])))
              .build();
      byte[] wire = Down.newBuilder().setOpen(open).build().toByteArray();
      Down received = WireMethods.chain().parseRequest(new ByteArrayInputStream(wire));
      ModelId model = ModelId.of(TicketFixture.MODEL.toByteArray());
      Admission admission =
          new Admission(
              TestSwarm.CONFIG,
              node.id(),
              TicketFixture.NETWORK,
              model,
              node.compute,
              swarm.timers);
      Admission.Admitted admitted =
          assertInstanceOf(
              Admission.Admitted.class, admission.check(gateway.key.id(), received.getOpen()));
      ByteString payload = admitted.plan().ticket().getPayload();
      assertEquals(open.getTicket(), admitted.plan().ticket());
      assertEquals(payload.size(), Backing.bytes(payload));
    }
  }
}
