package org.weft.node.serving;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedTicket;
import org.weft.node.transport.MemoryNetwork;
import org.weft.node.transport.Transport;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.KvType;
import org.weft.protocol.v1.Limits;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Ticket;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/** Block servers with made-up blocks, joined in memory, under a clock of the test's. */
final class TestSwarm implements AutoCloseable {
  static final BlockServerConfig CONFIG =
      new BlockServerConfig(
          org.weft.shard.model.KvType.F16,
          2048,
          64,
          4,
          BlockServerConfig.Caps.defaults(),
          BlockServerConfig.Waits.defaults());

  final MemoryNetwork net = new MemoryNetwork();
  final FakeTimers timers = new FakeTimers();
  final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final List<Node> nodes = new ArrayList<>();

  /** A frame that went over the network. */
  record Sent(NodeId from, NodeId to, MessageLite frame) {}

  /** One block server. */
  static final class Node {
    final NodeKey key;
    final FakeCompute compute;
    final BlockServer server;
    final Transport transport;
    final Span span;

    Node(NodeKey key, Span span, FakeCompute compute, BlockServer server, Transport transport) {
      this.key = key;
      this.span = span;
      this.compute = compute;
      this.server = server;
      this.transport = transport;
    }

    NodeId id() {
      return key.id();
    }
  }

  TestSwarm() {
    net.tap((from, to, frame) -> sent.add(new Sent(from, to, frame)));
  }

  Node node(int start, int end) {
    return node(start, end, CONFIG, 256);
  }

  Node node(int start, int end, BlockServerConfig config, int pages) {
    return node(TicketFixture.key(), start, end, config, pages);
  }

  Node node(NodeKey key, int start, int end, BlockServerConfig config, int pages) {
    Span span = new Span(start, end);
    FakeCompute compute = new FakeCompute(span, pages, config.batchRows());
    return join(key, span, compute, compute, config);
  }

  /** One with blocks of the test's own; its {@code compute} is not the one that serves. */
  Node node(Span span, SpanCompute compute) {
    return join(TicketFixture.key(), span, compute, new FakeCompute(span, 1, 1), CONFIG);
  }

  private Node join(
      NodeKey key, Span span, SpanCompute serves, FakeCompute fake, BlockServerConfig config) {
    BlockServer server =
        new BlockServer(
            config,
            key.id(),
            TicketFixture.NETWORK,
            ModelId.of(TicketFixture.MODEL.toByteArray()),
            serves,
            timers,
            timers);
    Transport transport =
        net.join(key.id(), server, (peer, request) -> ExchangeReply.getDefaultInstance());
    server.attach(transport);
    Node node = new Node(key, span, fake, server, transport);
    nodes.add(node);
    return node;
  }

  TestGateway gateway() {
    return new TestGateway(this, TicketFixture.key());
  }

  /** A ticket over hops that each compute all of their blocks; change it, then {@link #sign}. */
  Ticket.Builder ticket(NodeKey gateway, byte[] session, long epoch, List<Node> hops) {
    Ticket.Builder ticket =
        Ticket.newBuilder()
            .setNetworkId(ByteString.copyFrom(TicketFixture.NETWORK.bytes()))
            .setSessionId(ByteString.copyFrom(session))
            .setEpoch(epoch)
            .setModelId(TicketFixture.MODEL)
            .setKvType(KvType.KV_TYPE_F16)
            .setGateway(TicketFixture.id(gateway))
            .setCollector(TicketFixture.id(gateway))
            .setLimits(
                Limits.newBuilder()
                    .setMaxLength(256)
                    .setMaxInFlight(8)
                    .setMaxStepRows(64)
                    .setMaxRewind(64))
            .setProtocolVersion(Wire.VERSION)
            .setIssuedMs(timers.millis())
            .setExpiresMs(timers.millis() + Duration.ofMinutes(1).toMillis());
    for (Node hop : hops) {
      ticket.addHops(
          TicketFixture.hop(hop.key, hop.span.start(), hop.span.end())
              .setRecord(
                  TicketFixture.signed(
                      hop.key,
                      TicketFixture.record(hop.key, hop.span.start(), hop.span.end())
                          .setIssuedMs(timers.millis())
                          .setSequence(timers.millis()))));
    }
    return ticket;
  }

  Signed sign(NodeKey gateway, Ticket.Builder ticket) {
    return VerifiedTicket.sign(gateway, ticket.build(), TicketFixture.NETWORK, timers.instant())
        .signed();
  }

  /** Small integers, which f32 and f16 carry exactly. */
  static float[][] rows(int count, long seed) {
    Random random = new Random(seed);
    float[][] rows = new float[count][FakeCompute.WIDTH];
    for (float[] row : rows) {
      for (int j = 0; j < row.length; j++) {
        row[j] = random.nextInt(997);
      }
    }
    return rows;
  }

  void awaitFreed() {
    for (Node node : nodes) {
      Await.that("all pages are free", () -> node.compute.usedPages() == 0);
      Await.that("no session is left", () -> node.server.metrics().sessions() == 0);
      ServingMetrics metrics = node.server.metrics();
      if (metrics.queueDepth() != 0 || metrics.queuedBytes() != 0 || metrics.logBytes() != 0) {
        throw new AssertionError("something is left: " + metrics);
      }
    }
  }

  @Override
  public void close() {
    for (Node node : nodes) {
      node.compute.ungate();
      node.server.close();
      node.transport.close();
    }
  }
}
