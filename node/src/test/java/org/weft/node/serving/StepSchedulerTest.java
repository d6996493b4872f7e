package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.ticket.TicketFixture;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Want;

/** What goes through the blocks together: passes of 64 rows, decode steps of 4 rows at most. */
final class StepSchedulerTest {
  private final TestSwarm swarm = new TestSwarm();
  private final TestSwarm.Node node = swarm.node(0, 4);

  @AfterEach
  void close() {
    swarm.close();
  }

  /** Holds the compute thread with a pass of another session until all that follows waits. */
  private TestGateway.Link hold() {
    TestGateway.Link holder = swarm.gateway().openNew(node);
    node.compute.gate();
    holder.step(0, Want.WANT_NONE, TestSwarm.rows(1, 1));
    node.compute.awaitPass();
    return holder;
  }

  private List<String> release(int waiting) {
    Await.that("all wait", () -> node.server.metrics().queueDepth() == waiting + 1);
    node.compute.ungate();
    Await.that("all is done", () -> node.server.metrics().queueDepth() == 0);
    List<String> passes = node.compute.passes();
    return passes.subList(1, passes.size());
  }

  private static void send(TestGateway.Link link, int position, int rows) {
    link.step(position, Want.WANT_NONE, TestSwarm.rows(rows, position));
  }

  @Test
  void shouldPutDecodeStepsFirstAndFillUpWithPrefill() {
    TestGateway.Link prefill = swarm.gateway().openNew(node);
    TestGateway.Link decode = swarm.gateway().openNew(node);
    hold();
    send(prefill, 0, 64);
    send(prefill, 64, 30);
    send(decode, 0, 2);
    List<String> passes = release(3);
    // The long step is cut into slices, and what follows it shares their passes.
    assertEquals(List.of("0+2 0+62", "62+32"), passes);
  }

  @Test
  void shouldMergeStepsOfOneSessionThatFollowEachOther() {
    TestGateway.Link link = swarm.gateway().openNew(node);
    hold();
    for (int at = 0; at < 8; at++) {
      send(link, at, 1);
    }
    assertEquals(List.of("0+8"), release(8));
    for (int step = 1; step <= 8; step++) {
      assertEquals(step, link.result().getStep());
    }
  }

  @Test
  void shouldGiveGatewaysTurnsWhateverTheyQueue() {
    TestGateway greedy = swarm.gateway();
    TestGateway.Link[] many = new TestGateway.Link[4];
    for (int i = 0; i < many.length; i++) {
      many[i] = greedy.nextSession().openNew(node);
    }
    TestGateway.Link modest = swarm.gateway().openNew(node);
    hold();
    for (TestGateway.Link link : many) {
      send(link, 0, 60);
    }
    Await.that("they wait", () -> node.server.metrics().queueDepth() == 5);
    send(modest, 0, 50);
    List<String> passes = release(5);
    int turn = -1;
    for (int i = 0; i < passes.size() && turn < 0; i++) {
      turn = passes.get(i).contains("0+50") || passes.get(i).contains("0+4") ? i : -1;
    }
    assertTrue(turn >= 0 && turn <= 1, passes::toString);
  }

  @Test
  void shouldNotStarvePrefillWhenManyDecode() {
    TestGateway.Link prefill = swarm.gateway().openNew(node);
    TestGateway gateway = swarm.gateway();
    TestGateway.Link[] decoders = new TestGateway.Link[20];
    for (int i = 0; i < decoders.length; i++) {
      decoders[i] = gateway.nextSession().openNew(node);
    }
    hold();
    send(prefill, 0, 40);
    for (TestGateway.Link link : decoders) {
      send(link, 0, 4);
    }
    List<String> passes = release(21);
    assertTrue(passes.getFirst().endsWith("0+16"), passes::toString);
  }

  @Test
  void shouldNotMergeSessionsThatAreRoundedElsewhere() {
    TestGateway.Link plain = swarm.gateway().openNew(node);
    TestGateway.Link rounded =
        swarm
            .gateway()
            .open(
                ticket -> ticket.addRoundings(TicketFixture.rounding(2, RowFormat.ROW_FORMAT_Q8)),
                1,
                0,
                node);
    rounded.opened();
    hold();
    send(plain, 0, 3);
    send(rounded, 0, 3);
    List<String> passes = release(2);
    // The rounded one goes through its blocks in two parts.
    assertEquals(List.of("0+3", "0+3", "0+3"), passes);
  }

  @Test
  void shouldNotComputeWhatWasClosedOrSupersededWhileItWaited() {
    TestGateway gateway = swarm.gateway();
    TestGateway.Link link = gateway.openNew(node);
    TestGateway.Link closed = gateway.nextSession().openNew(node);
    hold();
    send(closed, 0, 5);
    send(link, 0, 7);
    Await.that("both wait", () -> node.server.metrics().queueDepth() == 3);
    closed.close();
    Await.that("it is closed", () -> node.server.metrics().queueDepth() == 2);
    assertEquals(List.of("0+7"), release(1));
    assertEquals(8, node.server.metrics().rows());
  }

  @Test
  void shouldCountWhatItDoes() {
    TestGateway.Link link = swarm.gateway().openNew(node);
    send(link, 0, 64);
    send(link, 64, 10);
    link.result();
    link.result();
    ServingMetrics metrics = node.server.metrics();
    assertEquals(74, metrics.rows());
    assertEquals(2, metrics.steps());
    assertEquals(256, metrics.kvPages());
    assertEquals(8, metrics.kvPagesUsed());
    assertTrue(metrics.passes() >= 2 && metrics.passes() <= 3);
    assertEquals(
        Arrays.asList(1, 0, 0L),
        Arrays.asList(metrics.sessions(), metrics.queueDepth(), metrics.queuedBytes()));
  }
}
