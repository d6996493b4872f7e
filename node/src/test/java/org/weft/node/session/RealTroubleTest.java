package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.node.session.RealSwarm.Node;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Want;
import org.weft.shard.model.Span;

/** Real nodes among peers that fall silent, leave in the middle, or are not what they claim. */
final class RealTroubleTest {
  private static final int PROMPT = 20;
  private static final int ROOM = 60;
  private static RealModel model;

  private final RealSwarm swarm = new RealSwarm(model);

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

  private static NodeException failure(Runnable act) {
    return assertThrows(NodeException.class, act::run);
  }

  private Down step(int rows) {
    int width = model.config.width();
    return Down.newBuilder()
        .setStep(
            Step.newBuilder()
                .setStep(1)
                .setPosition(0)
                .setWant(Want.WANT_LAST)
                .setRows(rows)
                .setFormat(RowFormat.ROW_FORMAT_F32)
                .setEpoch(1)
                .setHidden(ByteString.copyFrom(new byte[4 * rows * width])))
        .build();
  }

  @Test
  void shouldFreeEveryHopAtOnceWhenClosedInMidPrefill() throws Exception {
    Node a = swarm.node(0, 3);
    Node b = swarm.node(3, 6);
    Node c = swarm.node(6, 8);
    int[] tokens = model.tokens(384, 3);
    ChainSession session =
        swarm
            .sessions(RealSwarm.chunks(7))
            .open(swarm.route(a, b, c), tokens.length, model.source(tokens));
    CompletableFuture<NodeException> step =
        ChainFixture.async(() -> failure(() -> session.step(0, tokens.length, Rows.LAST)));
    ChainFixture.await(() -> c.server().metrics().rows() > 0, "the prefill to run");
    session.close();
    assertEquals(NodeError.CLOSED, step.get(20, TimeUnit.SECONDS).error());
    swarm.awaitFreed(a, b, c);
  }

  @Test
  void shouldFreeHopsBehindASilentOneWhenAnIdleChainIsClosed() {
    Node a = swarm.node(0, 3);
    Node b = swarm.node(3, 6);
    Node c = swarm.node(6, 8);
    RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
    ChainSession session =
        swarm.sessions(RealSwarm.chunks(16)).open(swarm.route(a, b, c), ROOM, sentence.source());
    sentence.begin(session);
    // Close does not get past the first hop, and no stream breaks, so that no lease would start.
    swarm.wire(a.id(), b).stall();
    session.close();
    swarm.awaitFreed(a, b, c);
  }

  @Test
  void shouldRefuseAPeerThatIsNotTheOneTheRecordNames() {
    Node a = swarm.node(0, 3);
    Node b = swarm.node(3, 8);
    NodeKey absent = TicketFixture.key();
    // The first hop, for the gateway alone dials it: a later one is also dialled by the hop before
    // it, which says only that it cannot be reached, and may say so first.
    VerifiedRecord liar =
        signed(absent, new Span(0, 3), a.transport().port(), swarm.chainModel().id().bytes());
    Route route = new Route(List.of(new Route.Hop(liar, new Span(0, 3)), swarm.hop(b, 3, 8)));
    RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
    ChainSessionFactory factory = swarm.sessions(RealSwarm.chunks(16));
    NodeException refused = failure(() -> factory.open(route, ROOM, sentence.source()));
    assertEquals(NodeError.WRONG_PEER, refused.error(), refused.toString());
    String said = String.valueOf(refused.getMessage());
    assertTrue(said.startsWith("hop 0 (" + absent.id()) && said.contains(a.id().toString()), said);
    assertStillServes(a, b);
  }

  /** Two dial it, the gateway and the hop before it, and only the gateway says why it will not. */
  @Test
  void shouldRefuseAnImpostorBehindAnotherHop() {
    Node a = swarm.node(0, 3);
    Node b = swarm.node(3, 8);
    NodeKey absent = TicketFixture.key();
    VerifiedRecord liar =
        signed(absent, new Span(3, 8), b.transport().port(), swarm.chainModel().id().bytes());
    Route route = new Route(List.of(swarm.hop(a, 0, 3), new Route.Hop(liar, new Span(3, 8))));
    RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
    ChainSessionFactory factory = swarm.sessions(RealSwarm.chunks(16));
    NodeException refused = failure(() -> factory.open(route, ROOM, sentence.source()));
    assertTrue(
        refused.error() == NodeError.WRONG_PEER || refused.error() == NodeError.UNREACHABLE,
        refused.toString());
    String said = String.valueOf(refused.getMessage());
    assertTrue(said.startsWith("hop 1 (" + absent.id()), said);
    assertStillServes(a, b);
  }

  private VerifiedRecord signed(NodeKey key, Span span, int port, byte[] modelId) {
    long now = swarm.clock.millis();
    return VerifiedRecord.sign(
        key,
        swarm
            .says(span, port)
            .setModelId(ByteString.copyFrom(modelId))
            .setNetworkId(ByteString.copyFrom(RealSwarm.NETWORK.bytes()))
            .setNodeId(TicketFixture.id(key))
            .setSequence(now)
            .setIssuedMs(now)
            .setTtlSeconds(60)
            .build());
  }

  @Test
  void shouldServeOnWhenPlainTextComesToItsPort() throws Exception {
    Node all = swarm.node(0, 8);
    try (Socket socket = new Socket("127.0.0.1", all.transport().port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write("POST / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String said = readToEnd(socket);
      assertFalse(said.contains("HTTP"), said);
    }
    assertStillServes(all);
  }

  /** What the server says before it hangs up; a read that never ends is a failure. */
  private static String readToEnd(Socket socket) throws IOException {
    StringBuilder said = new StringBuilder();
    try {
      for (int c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
        said.append((char) c);
      }
    } catch (SocketException reset) {
      said.append(" (reset)");
    }
    return said.toString();
  }

  @Test
  void shouldEndOnlyTheStreamWhoseFrameIsTooLarge() {
    Node all = swarm.node(0, 8);
    RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
    ChainSession session =
        swarm.sessions(RealSwarm.chunks(16)).open(swarm.route(all), ROOM, sentence.source());
    sentence.begin(session);
    RealLink large = new RealLink(swarm.stranger(), all.address());
    int rows = Wire.MAX_MESSAGE_BYTES / (4 * model.config.width()) + 1;
    large.send(step(rows));
    NodeException ended = large.end().orElseThrow();
    assertEquals(NodeError.PROTOCOL, ended.error(), ended.toString());
    assertTrue(String.valueOf(ended.getMessage()).contains("larger"), ended.toString());
    sentence.grow(session, 2);
    session.close();
    assertStillServes(all);
  }

  /** A listener that nobody hears and a stream that dies do no harm to others. */
  private void assertStillServes(Node... hops) {
    RealModel.Sentence sentence = model.new Sentence(PROMPT, ROOM);
    try (ChainSession session =
        swarm.sessions(RealSwarm.chunks(16)).open(swarm.route(hops), ROOM, sentence.source())) {
      sentence.begin(session);
    }
    swarm.awaitFreed(hops);
  }
}
