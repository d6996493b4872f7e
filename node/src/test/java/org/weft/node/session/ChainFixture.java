package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.directory.FixedDirectory;
import org.weft.node.routing.Route;
import org.weft.node.routing.Router;
import org.weft.node.routing.RouterConfig;
import org.weft.node.serving.BlockServer;
import org.weft.node.serving.FakeCompute;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.MemoryNetwork;
import org.weft.node.transport.SteppedTime;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Step;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.KvType;
import org.weft.shard.model.Span;

/** A gateway and its block servers in memory, both sides of the session protocol for real. */
final class ChainFixture {
  static final ModelId MODEL = ModelId.of(TicketFixture.MODEL.toByteArray());
  static final int WIDTH = FakeCompute.WIDTH;
  private static final int MAX_ROWS = 16; // of one pass
  static final int PAGES = 64;

  /** A block server. */
  record Node(NodeKey key, BlockServer server, FakeCompute blocks, VerifiedRecord record) {
    NodeId id() {
      return key.id();
    }
  }

  /** Rows of hidden state that one node has sent another, by the epoch they were sent in. */
  record Sent(NodeId to, long epoch, int position, int rows, boolean again) {}

  final MemoryNetwork network = new MemoryNetwork();
  final SteppedTime time = new SteppedTime(TicketFixture.NOW);
  final FixedDirectory directory = new FixedDirectory();
  final Router router = new Router(directory, RouterConfig.standard(), time.clock());
  final NodeKey gateway = TicketFixture.key();
  final Transport transport = network.join(gateway.id());
  final int blocks;
  final float[][] input; // [positions, WIDTH]
  final List<Sent> sent = java.util.Collections.synchronizedList(new ArrayList<>());
  private final Map<NodeId, Node> nodes = new ConcurrentHashMap<>();
  private final List<AutoCloseable> closing = new ArrayList<>();

  ChainFixture(int blocks, int positions, long seed) {
    this.blocks = blocks;
    Random random = new Random(seed);
    input = new float[positions][WIDTH];
    for (float[] row : input) {
      for (int j = 0; j < WIDTH; j++) {
        row[j] = random.nextInt(997); // which the blocks take exactly
      }
    }
    network.tap((from, to, frame) -> {
      if (frame instanceof Down down && down.hasStep()) {
        Step step = down.getStep();
        int rows = step.getHidden().size() / (4 * WIDTH);
        boolean again = step.getReplay() || step.getRefill();
        sent.add(new Sent(to, step.getEpoch(), step.getPosition() + step.getHeld(), rows, again));
      }
    });
  }

  Node node(String name, int start, int end) {
    return node(name, start, end, PAGES);
  }

  Node node(String name, int start, int end, int pages) {
    return start(TicketFixture.key(), name, start, end, pages);
  }

  /** One that was killed comes back with nothing. */
  Node restart(Node node) {
    Span span = node.record().span();
    return start(node.key(), "again", span.start(), span.end(), PAGES);
  }

  private Node start(NodeKey key, String name, int start, int end, int pages) {
    FakeCompute made = new FakeCompute(new Span(start, end), pages, MAX_ROWS);
    BlockServer server =
        FakeCompute.server(key, TicketFixture.NETWORK, MODEL, made, time.clock(), time);
    server.attach(
        network.join(
            key.id(),
            server,
            (peer, request) -> {
              throw new NodeException(NodeError.UNSUPPORTED, "no directory here");
            }));
    Node known = nodes.get(key.id());
    VerifiedRecord record =
        known != null
            ? known.record()
            : directory.add(
                key, name, edit -> edit.setTtlSeconds(900), start, end, Duration.ofMillis(1));
    Node node = new Node(key, server, made, record);
    nodes.put(key.id(), node);
    closing.add(server);
    return node;
  }

  ChainSessionFactory factory(ChainConfig config, ChainRepair repair) {
    ChainSessionFactory factory =
        new ChainSessionFactory(
            gateway,
            TicketFixture.NETWORK,
            transport,
            time,
            time.clock(),
            directory,
            router,
            ChainModel.exact(MODEL, "made up", blocks, WIDTH, FakeCompute.CONTEXT, KvType.F16),
            config,
            repair);
    closing.add(factory);
    return factory;
  }

  static Route route(Node... hops) {
    List<Route.Hop> route = new ArrayList<>();
    for (Node hop : hops) {
      route.add(new Route.Hop(hop.record(), hop.record().span()));
    }
    return new Route(route);
  }

  static Route.Hop hop(Node node, int start, int end) {
    return new Route.Hop(node.record(), new Span(start, end));
  }

  HiddenSource source() {
    return (position, count, into) -> {
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < WIDTH; j++) {
          into.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * WIDTH + j, input[position + i][j]);
        }
      }
    };
  }

  float[][] reference() {
    return FakeCompute.reference(blocks, input);
  }

  /** Bit for bit. */
  static void assertRows(
      float[][] expected, int position, int rows, MemorySegment actual, String where) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < WIDTH; j++) {
        float value = actual.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * WIDTH + j);
        assertEquals(
            Float.floatToRawIntBits(expected[position + i][j]),
            Float.floatToRawIntBits(value),
            where + ": position " + (position + i) + ", element " + j);
      }
    }
  }

  /** Rows below {@code base} that {@code to} was sent in {@code epoch}. */
  int rowsSentAgain(Node to, long epoch, int base) {
    int rows = 0;
    synchronized (sent) {
      for (Sent each : sent) {
        if (each.to().equals(to.id()) && each.epoch() == epoch) {
          rows += Math.max(0, Math.min(base, each.position() + each.rows()) - each.position());
        }
      }
    }
    return rows;
  }

  /** Waits for what other threads are about to do; bounded, and no timing is asserted. */
  static void await(BooleanSupplier condition, String what) {
    long give = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < give, "still waiting: " + what);
      LockSupport.parkNanos(200_000);
    }
  }

  /** On a thread of its own: tasks here wait for each other, which a small pool would not bear. */
  static <T> CompletableFuture<T> async(Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, Thread::startVirtualThread);
  }

  static CompletableFuture<Void> asyncRun(Runnable task) {
    return CompletableFuture.runAsync(task, Thread::startVirtualThread);
  }

  void awaitNoPages(Node... nodes) {
    for (Node node : nodes) {
      await(() -> node.blocks().usedPages() == 0, "pages of " + node.record().span());
    }
  }

  void close() throws Exception {
    for (AutoCloseable each : closing.reversed()) {
      each.close();
    }
  }
}
