package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.node.transport.Loopback.DEADLINE;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Result;

/** What happens to a fast sender when the other side is slow. */
class GrpcFlowTest {
  private static final int FRAME = 1 << 20;

  /** Stream windows, hand-offs and socket buffers hold fewer frames of 1 MiB than this. */
  private static final int BOUND = 40;

  private final Loopback loopback = new Loopback();
  private final RecordingListener heard = new RecordingListener();

  @AfterEach
  void close() {
    for (int i = 0; i < 200; i++) {
      loopback.service.go.add("on");
    }
    loopback.close();
  }

  @Test
  void shouldHoldTheSenderBackWhenTheListenerIsSlow() throws Exception {
    loopback.start();
    loopback.service.waitsBeforeEachFrame = true;
    ChainStream stream = loopback.openChain(heard);
    int frames = 2 * BOUND;
    AtomicInteger sent = new AtomicInteger();
    Semaphore done = new Semaphore(0);
    Thread.ofVirtual()
        .start(() -> {
          for (int i = 0; i < frames; i++) {
            stream.send(RecordingService.step(i, FRAME));
            sent.incrementAndGet();
          }
          done.release();
        });
    for (int i = 0; i < frames; i++) {
      assertTrue(sent.get() <= i + BOUND, "sent " + sent.get() + " with " + i + " taken");
      loopback.service.go.add("on");
      assertEquals("step " + i, loopback.service.event());
    }
    assertTrue(done.tryAcquire(20, TimeUnit.SECONDS));
  }

  @Test
  void shouldTellThatBytesArriveWithEachFrame() throws Exception {
    loopback.start();
    ChainStream stream = loopback.openChain(heard);
    for (int i = 0; i < 3; i++) {
      int before = loopback.service.reads.get();
      stream.send(RecordingService.step(i, 100));
      assertEquals("step " + i, loopback.service.event());
      assertTrue(loopback.service.reads.get() > before);
    }
  }

  @Test
  void shouldEndWithDeadlineWhenTheListenerTakesNothing() throws Exception {
    loopback.start(new TransportConfig("127.0.0.1", 0, DEADLINE, Duration.ofMillis(300), 10));
    loopback.service.waitsBeforeEachFrame = true;
    ChainStream stream = loopback.openChain(heard);
    for (int i = 0; i < BOUND && !heard.over(); i++) {
      stream.send(RecordingService.step(i, FRAME));
    }
    assertEquals(NodeError.DEADLINE, heard.end().failure().error());
    assertFalse(heard.end().failure().permanent());
  }

  /** grpc-netty refills the window of a connection by itself: only streams are held back. */
  @Test
  void shouldServeOtherStreamsOfAConnectionWhenOneIsStalled() throws Exception {
    loopback.start();
    ChainStream stalled = loopback.openChain(heard);
    Thread flood =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < BOUND; i++) {
                stalled.send(RecordingService.step(RecordingService.STALLING + i, FRAME));
              }
            });
    RecordingListener second = new RecordingListener();
    ChainStream flowing = loopback.openChain(second);
    for (int i = 0; i < BOUND; i++) {
      flowing.send(RecordingService.step(i, FRAME));
      assertEquals(i, second.echo());
    }
    assertFalse(heard.over());
    assertFalse(second.over());
    stalled.cancel();
    flood.join();
  }

  @Test
  void shouldHoldTheTailBackWhenTheCollectorIsSlow() throws Exception {
    loopback.start(new TransportConfig("127.0.0.1", 0, DEADLINE, Duration.ofMillis(300), 10));
    Semaphore hold = new Semaphore(0);
    GatherListener slow =
        new GatherListener() {
          @Override
          public void received(Collected frame) {
            hold.acquireUninterruptibly();
          }

          @Override
          public void ended(@Nullable NodeException cause) {
            heard.gather().ended(cause);
          }
        };
    loopback.client().gather(loopback.address(), Collect.getDefaultInstance(), slow);
    var out = loopback.service.gathering.poll(20, TimeUnit.SECONDS);
    Collected large =
        Collected.newBuilder()
            .setResult(Result.newBuilder().setHidden(ByteString.copyFrom(new byte[FRAME])))
            .build();
    assertEquals("gather " + loopback.clientKey.id(), loopback.service.event());
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < BOUND && out != null; i++) {
                out.send(large);
              }
            });
    assertEquals("gone", loopback.service.event());
    hold.release(BOUND);
    assertEquals(NodeError.DEADLINE, heard.end().failure().error());
    sender.join();
  }
}
