package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.ticket.TicketFixture;
import org.weft.protocol.v1.Result;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Up;
import org.weft.protocol.v1.Want;

final class BlockServerTest {
  private static final int BLOCKS = 9;
  private final TestSwarm swarm = new TestSwarm();

  @AfterEach
  void close() {
    swarm.close();
  }

  private TestSwarm.Node[] chain(int... cuts) {
    TestSwarm.Node[] hops = new TestSwarm.Node[cuts.length + 1];
    int start = 0;
    for (int i = 0; i < hops.length; i++) {
      int end = i < cuts.length ? cuts[i] : BLOCKS;
      hops[i] = swarm.node(start, end);
      start = end;
    }
    return hops;
  }

  @Test
  void shouldGiveTheSameRowsWhateverTheHopsAndChunks() {
    float[][] rows = TestSwarm.rows(70, 1);
    float[][] expected = FakeCompute.reference(BLOCKS, rows);
    int[][] cuts = {{}, {4}, {3, 6}, {1, 2, 5, 8}};
    for (int[] cut : cuts) {
      TestSwarm.Node[] hops = chain(cut);
      TestGateway gateway = swarm.gateway();
      for (int chunk : new int[] {1, 7, 32, 64}) {
        TestGateway.Link link = gateway.nextSession().openNew(hops);
        for (int at = 0; at < rows.length; at += chunk) {
          int end = Math.min(at + chunk, rows.length);
          link.step(at, Want.WANT_ALL, Arrays.copyOfRange(rows, at, end));
          Result result = link.result();
          assertEquals(at, result.getPosition());
          assertArrayEquals(Arrays.copyOfRange(expected, at, end), TestGateway.rows(result));
        }
        link.close();
        assertEquals(Up.FrameCase.CLOSED, link.up().getFrameCase());
      }
      swarm.awaitFreed();
    }
  }

  @Test
  void shouldAnswerEveryStepWithWhatItWantsAndWithTimes() {
    TestSwarm.Node[] hops = chain(3, 6);
    float[][] rows = TestSwarm.rows(12, 2);
    float[][] expected = FakeCompute.reference(BLOCKS, rows);
    TestGateway.Link link = swarm.gateway().openNew(hops);
    link.step(0, Want.WANT_NONE, Arrays.copyOfRange(rows, 0, 5));
    link.step(5, Want.WANT_LAST, Arrays.copyOfRange(rows, 5, 11));
    link.step(11, Want.WANT_ALL, rows[11]);
    Result none = link.result();
    assertEquals(0, none.getRows());
    assertTrue(none.getHidden().isEmpty());
    assertEquals(1, none.getStep());
    Result last = link.result();
    assertArrayEquals(new float[][] {expected[10]}, TestGateway.rows(last));
    assertEquals(2, last.getStep());
    assertEquals(5, last.getPosition());
    Result all = link.result();
    assertArrayEquals(new float[][] {expected[11]}, TestGateway.rows(all));
    assertEquals(3, all.getTimesCount());
    for (int hop = 0; hop < 3; hop++) {
      assertEquals(hop, all.getTimes(hop).getHop());
    }
  }

  @Test
  void shouldCutTheCacheWhenAStepGoesBack() {
    TestSwarm.Node[] hops = chain(4);
    float[][] rows = TestSwarm.rows(20, 3);
    float[][] other = TestSwarm.rows(20, 4);
    System.arraycopy(rows, 0, other, 0, 6);
    TestGateway.Link link = swarm.gateway().openNew(hops);
    link.step(0, Want.WANT_NONE, Arrays.copyOfRange(rows, 0, 12));
    link.result();
    link.step(6, Want.WANT_ALL, Arrays.copyOfRange(other, 6, 9));
    float[][] expected = FakeCompute.reference(BLOCKS, Arrays.copyOf(other, 9));
    assertArrayEquals(Arrays.copyOfRange(expected, 6, 9), TestGateway.rows(link.result()));
  }

  @Test
  void shouldRoundWhereTheTicketSaysWhereverTheHopsAreCut() {
    float[][] rows = TestSwarm.rows(10, 5);
    TestGateway gateway = swarm.gateway();
    float[][] seen = null;
    for (int[] cut : new int[][] {{4}, {}, {2, 7}, {4, 7}}) {
      TestGateway.Link link =
          gateway
              .nextSession()
              .open(
                  ticket ->
                      ticket
                          .addRoundings(TicketFixture.rounding(4, RowFormat.ROW_FORMAT_Q8))
                          .addRoundings(TicketFixture.rounding(7, RowFormat.ROW_FORMAT_F16))
                          .addRoundings(TicketFixture.rounding(9, RowFormat.ROW_FORMAT_Q8)),
                  1,
                  0,
                  chain(cut));
      link.opened();
      link.step(0, Want.WANT_ALL, rows);
      Result result = link.result();
      assertEquals(RowFormat.ROW_FORMAT_Q8, result.getFormat());
      float[][] got = TestGateway.rows(result);
      if (seen != null) {
        assertArrayEquals(seen, got, "cut at " + Arrays.toString(cut));
      }
      seen = got;
    }
    float[][] exact = FakeCompute.reference(BLOCKS, rows);
    assertTrue(!Arrays.deepEquals(exact, seen), "rounding shows");
  }

  @Test
  void shouldKeepSessionsApartWhenManyRunTogether() {
    TestSwarm.Node[] hops = chain(3, 6);
    int sessions = 12;
    TestGateway gateway = swarm.gateway();
    TestGateway.Link[] links = new TestGateway.Link[sessions];
    float[][][] rows = new float[sessions][][];
    float[][][] expected = new float[sessions][][];
    for (int s = 0; s < sessions; s++) {
      links[s] = gateway.nextSession().openNew(hops);
      rows[s] = TestSwarm.rows(30, 100 + s);
      expected[s] = FakeCompute.reference(BLOCKS, rows[s]);
    }
    for (int at = 0; at < 30; at += 3) {
      for (int s = 0; s < sessions; s++) {
        links[s].step(at, Want.WANT_ALL, Arrays.copyOfRange(rows[s], at, at + 3));
      }
      for (int s = 0; s < sessions; s++) {
        assertArrayEquals(
            Arrays.copyOfRange(expected[s], at, at + 3), TestGateway.rows(links[s].result()));
      }
    }
    assertEquals(sessions, hops[1].server.metrics().sessions());
    assertEquals(sessions * 30L, hops[1].server.metrics().rows());
  }
}
