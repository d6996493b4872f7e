package org.weft.node.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;
import org.weft.node.directory.FixedDirectory;
import org.weft.node.ticket.TicketFixture;
import org.weft.protocol.v1.PeerStatus;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

class RouterTest {
  private static final ModelId MODEL = ModelId.of(new byte[32]);

  private final FixedDirectory directory = new FixedDirectory();
  private final SteppedClock clock = new SteppedClock();
  private final Router router = new Router(directory, RouterConfig.standard(), clock);

  private static RouteRequest request(int blocks) {
    return RouteRequest.of(MODEL, "tiny", blocks, 100);
  }

  private List<String> chain(RouteRequest request) {
    RouteSearch.Found found = assertInstanceOf(RouteSearch.Found.class, router.find(request));
    return found.route().hops().stream()
        .map(hop -> directory.name(hop.record().node()) + " " + hop.span())
        .toList();
  }

  private RouteSearch.NoRoute none(RouteRequest request) {
    return assertInstanceOf(RouteSearch.NoRoute.class, router.find(request));
  }

  @Test
  void shouldChainSpansThatFollowEachOther() {
    directory.add("a", 0, 10);
    directory.add("b", 10, 20);
    directory.add("c", 20, 30);
    assertEquals(List.of("a 0:10", "b 10:20", "c 20:30"), chain(request(30)));
  }

  @Test
  void shouldUsePartOfASpanWhenSpansOverlap() {
    directory.add("a", 0, 12);
    directory.add("b", 8, 30);
    List<String> chain = chain(request(30));
    assertEquals(2, chain.size());
    assertTrue(
        chain.equals(List.of("a 0:12", "b 12:30")) || chain.equals(List.of("a 0:8", "b 8:30")),
        chain.toString());
  }

  @Test
  void shouldTakeTheFasterPeerForAsMuchAsItServes() {
    directory.add("slow", record -> record.setRowsPerSecond(10), 0, 30, Duration.ofMillis(2));
    directory.add("fast", record -> record.setRowsPerSecond(1000), 10, 30, Duration.ofMillis(2));
    assertEquals(List.of("slow 0:10", "fast 10:30"), chain(request(30)));
  }

  @Test
  void shouldStayWithOnePeerWhenTheWayToAnotherCostsMoreThanItSaves() {
    directory.add("near", record -> record.setRowsPerSecond(100), 0, 30, Duration.ofMillis(1));
    directory.add("far", record -> record.setRowsPerSecond(1000), 10, 30, Duration.ofSeconds(1));
    assertEquals(List.of("near 0:30"), chain(request(30)));
  }

  @Test
  void shouldPreferTheShorterQueue() {
    directory.add("busy", record -> record.setQueueDepth(20), 0, 30, Duration.ofMillis(1));
    directory.add("idle", record -> record.setQueueDepth(0), 0, 30, Duration.ofMillis(1));
    assertEquals(List.of("idle 0:30"), chain(request(30)));
  }

  @Test
  void shouldPreferFreePagesButTakeAFullPeerWhenThereIsNoOther() {
    directory.add("full", record -> record.setFreeKvPages(3), 0, 30, Duration.ofMillis(1));
    assertEquals(List.of("full 0:30"), chain(request(30)));
    directory.add("free", record -> record.setFreeKvPages(4), 0, 30, Duration.ofSeconds(2));
    assertEquals(List.of("free 0:30"), chain(request(30)));
  }

  @Test
  void shouldNameTheFirstBlockThatNobodyServes() {
    directory.add("a", 0, 10);
    directory.add("b", 12, 20);
    directory.add("c", 25, 30);
    RouteSearch.NoRoute none = none(request(30));
    assertEquals(10, none.block());
    assertEquals(
        "no peer serves block 10 of model tiny; blocks served: 0:10, 12:20, 25:30",
        none.sentence());
  }

  @Test
  void shouldSaySoWhenNobodyServesAnything() {
    assertEquals(
        "no peer serves block 0 of model tiny; blocks served: none", none(request(3)).sentence());
  }

  @Test
  void shouldLeaveOutPeersThatDrainOrAreUnprovenOrTooShortOrExcluded() {
    directory.add(
        "drains",
        record -> record.setStatus(PeerStatus.PEER_STATUS_DRAINING),
        0,
        3,
        Duration.ofMillis(1));
    directory.add("unproven", record -> {}, 0, 3, null);
    directory.add("short", record -> record.setMaxLength(99), 0, 3, Duration.ofMillis(1));
    NodeId excluded = directory.add("excluded", 0, 3);
    RouteRequest request = request(3).leavingOut(Set.of(excluded));
    RouteSearch.NoRoute none = none(request);
    assertEquals(0, none.block());
    assertTrue(none.sentence().contains("it is leaving"), none.sentence());
    String why = router.explain(request);
    assertTrue(why.contains("it accepts 99 positions only"), why);
    assertTrue(why.contains("left out"), why);
    assertTrue(why.contains("nobody has answered"), why);
  }

  @Test
  void shouldAvoidAPeerThatFailedUntilThePenaltyHasDecayed() {
    NodeId better = directory.add("better", record -> {}, 0, 3, Duration.ofMillis(1));
    directory.add("worse", record -> {}, 0, 3, Duration.ofMillis(400));
    assertEquals(List.of("better 0:3"), chain(request(3)));
    router.failed(better);
    assertEquals(List.of("worse 0:3"), chain(request(3)));
    clock.now = clock.now.plusSeconds(60);
    assertEquals(List.of("worse 0:3"), chain(request(3)));
    clock.now = clock.now.plusSeconds(240);
    assertEquals(List.of("better 0:3"), chain(request(3)));
  }

  @Test
  void shouldTakeAPenalisedPeerWhenThereIsNoOther() {
    NodeId only = directory.add("only", 0, 3);
    router.failed(only);
    assertEquals(List.of("only 0:3"), chain(request(3)));
  }

  @Test
  void shouldGoTheWayGivenByHandOrSayWhyNot() {
    NodeId a = directory.add("a", 0, 20);
    NodeId b = directory.add("b", 5, 30);
    var first = new RouteRequest.Stretch(a, new Span(0, 15));
    var second = new RouteRequest.Stretch(b, new Span(15, 30));
    assertEquals(List.of("a 0:15", "b 15:30"), chain(request(30).through(List.of(first, second))));
    assertEquals(15, none(request(30).through(List.of(first))).block());
    assertEquals(0, none(request(30).through(List.of(second))).block());
    var beyond = new RouteRequest.Stretch(a, new Span(0, 21));
    assertTrue(
        none(request(30).through(List.of(beyond))).sentence().contains("cannot compute 0:21")
            || none(request(30).through(List.of(beyond))).sentence().contains("blocks 0:21"));
  }

  @Test
  void shouldTakeASlowerChainWhenTheFastestHasMoreHopsThanATicketCarries() {
    for (int block = 0; block < 70; block++) {
      directory.add("one", block, block + 1);
    }
    RouteSearch.NoRoute none = none(request(70));
    assertEquals(64, none.block());
    assertEquals(
        "a chain has 64 hops at most, and over these peers it takes 70; "
            + "peers that serve more blocks each are needed",
        none.sentence());
    directory.add("slow", record -> record.setRowsPerSecond(0.01f), 0, 20, Duration.ofSeconds(1));
    assertEquals(51, chain(request(70)).size());
  }

  @Test
  void shouldRefuseAChainGivenByHandWhenItHasMoreHopsThanATicketCarries() {
    NodeId one = directory.add("one", 0, 70);
    NodeId other = directory.add("other", 0, 70);
    List<RouteRequest.Stretch> stretches = new ArrayList<>();
    for (int block = 0; block < 70; block++) {
      NodeId next = block % 2 == 0 ? one : other;
      stretches.add(new RouteRequest.Stretch(next, new Span(block, block + 1)));
    }
    assertEquals(64, none(request(70).through(stretches)).block());
  }

  @Test
  void shouldGiveTheLongestSessionThatEveryBlockAccepts() {
    directory.add("a", record -> record.setMaxLength(500), 0, 10, Duration.ofMillis(1));
    directory.add("b", record -> record.setMaxLength(300), 5, 20, Duration.ofMillis(1));
    directory.add("c", record -> record.setMaxLength(400), 10, 20, Duration.ofMillis(1));
    assertEquals(400, router.maxLength(request(20), 2048));
    assertEquals(350, router.maxLength(request(20), 350));
    assertEquals(0, router.maxLength(request(21), 2048));
  }

  /** A clock that the test moves. */
  private static final class SteppedClock extends Clock {
    private Instant now = TicketFixture.NOW;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
