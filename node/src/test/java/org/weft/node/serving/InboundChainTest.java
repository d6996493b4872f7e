package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.transport.SessionService;
import org.weft.protocol.v1.Draining;
import org.weft.protocol.v1.Up;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/** What goes up a stream whose predecessor reads slowly, while a hop behind floods it. */
final class InboundChainTest {
  private final ArrayDeque<Runnable> threads = new ArrayDeque<>();
  private final FakeCompute compute = new FakeCompute(new Span(0, 1), 8, 8);
  private final Host host =
      new Host(
          BlockServerConfig.defaults(), compute, Clock.systemUTC(), new FakeTimers(), threads::add);
  private final List<Up> sent = new ArrayList<>();
  private final InboundChain chain;

  InboundChainTest() {
    NodeId self = TicketFixture.key().id();
    NetworkId network = TicketFixture.NETWORK;
    ModelId model = ModelId.of(TicketFixture.MODEL.toByteArray());
    Admission admission =
        new Admission(host.config(), self, network, model, compute, Clock.systemUTC());
    SessionTable table = new SessionTable(host, admission, new StepScheduler(host));
    chain = new InboundChain(TicketFixture.key().id(), new Stream(), host, table);
  }

  /** Notes what goes up. */
  private final class Stream implements SessionService.Outbound<Up> {
    @Override
    public boolean send(Up frame) {
      return sent.add(frame);
    }

    @Override
    public void finish() {}
  }

  private void draining(int hop, long byUnixMillis) {
    host.locked(
        () -> chain.draining(Draining.newBuilder().setHop(hop).setByUnixMs(byUnixMillis).build()));
  }

  private void runThreads() {
    while (!threads.isEmpty()) {
      threads.remove().run();
    }
  }

  @Test
  void shouldPassOnWhatIsNewAboutDraining() {
    draining(1, 5);
    draining(1, 5);
    draining(2, 5);
    draining(1, 6);
    runThreads();
    assertEquals(3, sent.size());
  }

  @Test
  void shouldKeepNoMoreThanItsBoxHoldsWhenAHopBehindSaysAgainAndAgainThatItDrains() {
    for (int i = 0; i < 10_000; i++) {
      draining(1, i);
    }
    runThreads();
    assertTrue(sent.size() <= 64, sent.size() + " frames");
  }
}
