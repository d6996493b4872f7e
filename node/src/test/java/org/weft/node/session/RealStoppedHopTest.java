package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.serving.BlockServerConfig;
import org.weft.node.session.RealSwarm.Node;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Want;

/** A real node whose every wire stands still for a while, as if its process had been stopped. */
final class RealStoppedHopTest {
  private static final int PROMPT = 20;
  private static final int ROOM = 60;
  private static RealModel model;

  private final RealSwarm swarm = new RealSwarm(model, shortLease());

  @BeforeAll
  static void open() {
    model = RealModel.open();
  }

  @AfterAll
  static void closeModel() {
    model.close();
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  /** A hop that was left alone frees itself while a test waits. */
  private static BlockServerConfig shortLease() {
    BlockServerConfig usual = BlockServerConfig.defaults();
    BlockServerConfig.Waits waits = BlockServerConfig.Waits.defaults();
    return new BlockServerConfig(
        usual.kvType(),
        usual.maxLength(),
        usual.batchRows(),
        usual.decodeRows(),
        usual.caps(),
        new BlockServerConfig.Waits(
            Duration.ofSeconds(8),
            waits.firstStep(),
            waits.announced(),
            waits.opening(),
            waits.collector(),
            waits.closing()));
  }

  private static NodeException failure(Runnable act) {
    return assertThrows(NodeException.class, act::run);
  }

  @Test
  void shouldChangeNothingWhenAStoppedHopWakesWithItsOldEpoch() {
    int[] undisturbed = model.undisturbed(PROMPT, ROOM, 20);
    Node a = swarm.node(0, 3);
    Node b = swarm.node(3, 6);
    Node c = swarm.node(6, 8);
    Node spare = swarm.node(3, 6);
    ChainSessionFactory factory = swarm.sessions(RealSwarm.watchful());
    RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
    Route first = swarm.route(a, b, c);
    ChainSession session = factory.open(first, ROOM, sentence.source());
    sentence.begin(session);
    sentence.grow(session, 5);
    swarm.wiresOf(b).forEach(LinkProxy::stall);
    NodeException silent = failure(() -> sentence.grow(session, 1));
    assertTrue(String.valueOf(silent.getMessage()).startsWith("hop 1 ("), silent.toString());
    int base = sentence.length() - 1;
    session.mend(swarm.route(a, spare, c));
    sentence.grow(session, 5);
    swarm.wiresOf(b).forEach(LinkProxy::heal);
    sentence.grow(session, 5);
    // Its old ticket opens nothing, and its steps are nobody's.
    var old =
        new TicketWriter(
                swarm.gateway,
                RealSwarm.NETWORK,
                swarm.chainModel(),
                RealSwarm.watchful(),
                swarm.clock)
            .write(session.id(), 1, first, limits());
    RealLink stale = new RealLink(b.wired(), c.address());
    stale.open(old.signed(), 2);
    assertEquals(FaultCode.FAULT_CODE_STALE_EPOCH, stale.fault().getCode());
    RealLink unbound = new RealLink(b.wired(), c.address());
    unbound.send(step(base));
    assertEquals(FaultCode.FAULT_CODE_UNKNOWN_SESSION, unbound.fault().getCode());
    sentence.grow(session, 5);
    assertArrayEquals(undisturbed, sentence.tokens());
    assertEquals(0, swarm.rowsSentAgain(a, 2, base));
    assertEquals(base, swarm.rowsSentAgain(spare, 2, base));
    assertEquals(0, swarm.rowsSentAgain(c, 2, base));
    session.close();
    swarm.awaitFreed(a, b, c, spare);
  }

  private Down step(int position) {
    int width = model.config.width();
    return Down.newBuilder()
        .setStep(
            Step.newBuilder()
                .setStep(1)
                .setPosition(position)
                .setWant(Want.WANT_LAST)
                .setRows(1)
                .setFormat(RowFormat.ROW_FORMAT_F32)
                .setEpoch(1)
                .setHidden(ByteString.copyFrom(new byte[4 * width])))
        .build();
  }

  private static ChainLimits limits() {
    return new ChainLimits(ROOM, 16, 8, 1L << 40, 1L << 40, 2, 20);
  }
}
