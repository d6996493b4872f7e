package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeException;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.transport.ChainListener;
import org.weft.node.transport.ChainStream;
import org.weft.node.transport.GatherListener;
import org.weft.node.transport.GatherStream;
import org.weft.node.transport.MemoryNetwork;
import org.weft.node.transport.Transport;
import org.weft.protocol.RowCodec;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Opened;
import org.weft.protocol.v1.Result;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Ticket;
import org.weft.protocol.v1.Up;
import org.weft.protocol.v1.Want;

/** A gateway that says what a test tells it to, and keeps what it hears. */
final class TestGateway {
  final NodeKey key;
  final Transport transport;
  byte[] session = new byte[16];
  private final TestSwarm swarm;

  TestGateway(TestSwarm swarm, NodeKey key) {
    this.swarm = swarm;
    this.key = key;
    transport = swarm.net.join(key.id());
    session[0] = 1;
  }

  /** The next session has another id. */
  TestGateway nextSession() {
    session = session.clone();
    session[0]++;
    return this;
  }

  Ticket.Builder ticket(long epoch, TestSwarm.Node... hops) {
    return swarm.ticket(key, session, epoch, List.of(hops));
  }

  /** Dials the tail and the first hop and says Open. */
  Link open(long epoch, int base, TestSwarm.Node... hops) {
    return open(ticket -> ticket, epoch, base, hops);
  }

  Link open(UnaryOperator<Ticket.Builder> change, long epoch, int base, TestSwarm.Node... hops) {
    Signed ticket = swarm.sign(key, change.apply(ticket(epoch, hops)));
    Link link = new Link(epoch, hops);
    link.gather();
    link.dial();
    link.open(ticket, base);
    return link;
  }

  /** One that is open, all of its hops new. */
  Link openNew(TestSwarm.Node... hops) {
    Link link = open(1, 0, hops);
    assertEquals(0, link.opened().getHeld());
    return link;
  }

  Close close(long epoch) {
    return Close.newBuilder()
        .setSessionId(ByteString.copyFrom(session))
        .setGateway(TicketFixture.id(key))
        .setEpoch(epoch)
        .build();
  }

  Closed end(TestSwarm.Node node, long epoch) {
    return transport.end(MemoryNetwork.address(node.id()), close(epoch), Duration.ofSeconds(20));
  }

  /** The streams of one epoch. */
  final class Link implements ChainListener {
    final long epoch;
    final LinkedBlockingQueue<Up> ups = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<Collected> collected = new LinkedBlockingQueue<>();
    private final CountDownLatch chainEnd = new CountDownLatch(1);
    private final CountDownLatch gatherEnd = new CountDownLatch(1);
    private final TestSwarm.Node[] hops;
    private @Nullable ChainStream chain;
    private @Nullable GatherStream gather;
    private long step;

    Link(long epoch, TestSwarm.Node... hops) {
      this.epoch = epoch;
      this.hops = hops;
    }

    TestSwarm.Node tail() {
      return hops[hops.length - 1];
    }

    Collect collect() {
      return Collect.newBuilder()
          .setSessionId(ByteString.copyFrom(session))
          .setGateway(TicketFixture.id(key))
          .setEpoch(epoch)
          .setSpan(TicketFixture.range(tail().span.start(), tail().span.end()))
          .build();
    }

    void gather() {
      gather = transport.gather(MemoryNetwork.address(tail().id()), collect(), gatherListener());
    }

    GatherListener gatherListener() {
      return new GatherListener() {
        @Override
        public void received(Collected frame) {
          collected.add(frame);
        }

        @Override
        public void ended(@Nullable NodeException cause) {
          gatherEnd.countDown();
        }
      };
    }

    void dial() {
      chain = transport.chain(MemoryNetwork.address(hops[0].id()), this);
    }

    void open(Signed ticket, int base) {
      send(
          Down.newBuilder()
              .setOpen(Open.newBuilder().setTicket(ticket).setHop(0).setBase(base))
              .build());
    }

    void send(Down frame) {
      Objects.requireNonNull(chain).send(frame);
    }

    void send(Step step) {
      send(Down.newBuilder().setStep(step).build());
    }

    /** The next step, with rows as f32. */
    long step(int position, Want want, float[]... rows) {
      send(next(position, want, rows).build());
      return step;
    }

    Step.Builder next(int position, Want want, float[]... rows) {
      return Step.newBuilder()
          .setStep(++step)
          .setPosition(position)
          .setWant(want)
          .setRows(rows.length)
          .setFormat(RowFormat.ROW_FORMAT_F32)
          .setEpoch(epoch)
          .setHidden(
              RowCodec.encode(
                  RowFormat.ROW_FORMAT_F32,
                  FakeCompute.bytes(rows),
                  rows.length,
                  FakeCompute.WIDTH));
    }

    void close() {
      send(Down.newBuilder().setClose(TestGateway.this.close(epoch)).build());
    }

    void cancel() {
      Objects.requireNonNull(chain).cancel();
    }

    void cancelGather() {
      Objects.requireNonNull(gather).cancel();
    }

    Up up() {
      return Await.next("a frame from the chain", ups);
    }

    Opened opened() {
      Up up = up();
      assertEquals(Up.FrameCase.OPENED, up.getFrameCase(), up::toString);
      return up.getOpened();
    }

    Fault fault() {
      Up up = up();
      while (up.hasDraining()) {
        up = up();
      }
      assertEquals(Up.FrameCase.FAULT, up.getFrameCase());
      return up.getFault();
    }

    void assertRefused(FaultCode code) {
      assertEquals(code, fault().getCode());
      awaitEndOfChain();
    }

    /** The next frame from the tail that is not Collecting. */
    Collected collected() {
      Collected next = Await.next("a frame from the tail", collected);
      return next.hasCollecting() ? collected() : next;
    }

    Result result() {
      Collected next = collected();
      assertEquals(Collected.FrameCase.RESULT, next.getFrameCase(), next::toString);
      return next.getResult();
    }

    Fault collectedFault() {
      Collected next = collected();
      assertEquals(Collected.FrameCase.FAULT, next.getFrameCase(), next::toString);
      return next.getFault();
    }

    void awaitEndOfChain() {
      Await.that("the chain stream ends", () -> chainEnd.getCount() == 0);
    }

    boolean isOver() {
      return chainEnd.getCount() == 0 || gatherEnd.getCount() == 0;
    }

    void awaitEndOfGather() {
      Await.that("the collect stream ends", () -> gatherEnd.getCount() == 0);
    }

    @Override
    public void received(Up frame) {
      ups.add(frame);
    }

    @Override
    public void ended(@Nullable NodeException cause) {
      chainEnd.countDown();
    }
  }

  static float[][] rows(Result result) {
    int width = FakeCompute.WIDTH;
    MemorySegment into = MemorySegment.ofArray(new float[result.getRows() * width]);
    RowCodec.decode(result.getFormat(), result.getHidden(), result.getRows(), width, into);
    float[] all = into.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    float[][] rows = new float[result.getRows()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
    }
    return rows;
  }
}
