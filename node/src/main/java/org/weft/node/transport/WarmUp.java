package org.weft.node.transport;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Result;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Up;

/**
 * Two nodes that talk to each other over loopback for a moment, under throw-away keys, so that the
 * virtual machine has compiled the path of a frame before a user's first prompt takes it.
 */
final class WarmUp {
  /** About as many as it takes until the compiler is done; see docs/adr/0002-grpc.md. */
  private static final int ROUND_TRIPS = 5_000;

  /** Round trips between two pauses. */
  private static final int BURST = 25;

  /** A row of a small model. */
  private static final int ROW_BYTES = 2304;

  private static final SecureRandom RANDOM = new SecureRandom();

  static void start(Duration atMost, double share, BooleanSupplier idle) {
    if (share <= 0 || share > 1) {
      throw new IllegalArgumentException("share " + share);
    }
    long end = System.nanoTime() + atMost.toNanos();
    Thread.ofVirtual().name("weft-warm-up").start(() -> talk(end, 1 / share - 1, idle));
  }

  /** Pauses {@code pauses} times as long as it talks. */
  private static void talk(long end, double pauses, BooleanSupplier idle) {
    NodeKey key = NodeKey.generate(RANDOM);
    TransportConfig config = TransportConfig.loopback();
    Clock clock = Clock.systemUTC();
    Echo echo = new Echo();
    try (GrpcTransport server =
            GrpcTransport.listening(
                key, config, clock, echo, (peer, request) -> ExchangeReply.getDefaultInstance());
        GrpcTransport client = GrpcTransport.dialling(NodeKey.generate(RANDOM), config, clock)) {
      Answers answers = new Answers();
      PeerAddress peer = new PeerAddress(server.self(), config.host(), server.port());
      client.gather(peer, Collect.getDefaultInstance(), answers);
      ChainStream stream = client.chain(peer, new Silent());
      answers.await(end); // the collect stream's greeting
      Down step = step();
      for (int i = 0; i < ROUND_TRIPS && System.nanoTime() < end; i += BURST) {
        long start = System.nanoTime();
        for (int j = 0; j < BURST && idle.getAsBoolean(); j++) {
          stream.send(step);
          answers.await(end);
        }
        if (!idle.getAsBoolean()) {
          return;
        }
        LockSupport.parkNanos((long) (pauses * (System.nanoTime() - start)));
      }
    } catch (NodeException e) {
      return; // a warm-up that fails only leaves us cold: whatever is wrong shows when it is needed
    }
  }

  private static Down step() {
    Step.Builder step =
        Step.newBuilder()
            .setRows(1)
            .setFormat(RowFormat.ROW_FORMAT_F32)
            .setHidden(ByteString.copyFrom(new byte[ROW_BYTES]));
    return Down.newBuilder().setStep(step).build();
  }

  /** Sends each step's rows to the collector, as a tail does. */
  private static final class Echo implements SessionService {
    private volatile @Nullable Outbound<Collected> collector;

    @Override
    public Inbound chain(NodeId peer, Outbound<Up> out) {
      return new Inbound() {
        @Override
        public void received(Down frame) {
          Outbound<Collected> to = collector;
          if (to != null) {
            to.send(result(frame.getStep().getHidden()));
          }
        }

        @Override
        public boolean receivedAtOnce(Down frame) {
          Outbound<Collected> to = collector;
          return to != null && to.sendAtOnce(result(frame.getStep().getHidden()));
        }

        @Override
        public void ended() {}
      };
    }

    @Override
    public Runnable gather(NodeId peer, Collect request, Outbound<Collected> out) {
      collector = out;
      out.send(result(ByteString.EMPTY));
      return () -> {};
    }

    private static Collected result(ByteString hidden) {
      return Collected.newBuilder()
          .setResult(
              Result.newBuilder().setRows(1).setFormat(RowFormat.ROW_FORMAT_F32).setHidden(hidden))
          .build();
    }

    @Override
    public ProbeReport ask(NodeId peer, Probe probe) {
      return ProbeReport.getDefaultInstance();
    }

    @Override
    public Closed end(NodeId peer, Close close) {
      return Closed.getDefaultInstance();
    }
  }

  private static final class Answers implements GatherListener {
    private final Semaphore arrived = new Semaphore(0);

    @Override
    public void received(Collected frame) {
      arrived.release();
    }

    @Override
    public boolean receivedAtOnce(Collected frame) {
      arrived.release();
      return true;
    }

    /** Then the loop runs into its bound. */
    @Override
    public void ended(@Nullable NodeException cause) {}

    void await(long end) {
      try {
        arrived.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Nothing comes up the chain. */
  private static final class Silent implements ChainListener {
    @Override
    public void received(Up frame) {}

    @Override
    public void ended(@Nullable NodeException cause) {}
  }

  private WarmUp() {}
}
