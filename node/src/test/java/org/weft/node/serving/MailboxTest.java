package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.weft.node.transport.FrameSink;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Result;
import org.weft.shard.model.Span;

/** Who sends what was put into a box: the thread that put it in, or one of its own. */
class MailboxTest {
  private static final int CAPACITY = 4;

  private final ArrayDeque<Runnable> threads = new ArrayDeque<>();
  private final FakeTimers timers = new FakeTimers();
  private final Host host =
      new Host(
          BlockServerConfig.defaults(),
          new FakeCompute(new Span(0, 1), 8, 8),
          Clock.systemUTC(),
          timers,
          threads::add);
  private final Mailbox<Result> box = new Mailbox<>(host, CAPACITY, () -> {});
  private final Stream stream = new Stream();

  /** A stream that notes what it was given, and how. */
  private final class Stream implements FrameSink<Result> {
    private final List<String> sent = new ArrayList<>();
    private boolean busy;
    private boolean over;

    @Override
    public boolean send(Result frame) {
      return !over && sent.add("thread " + frame.getStep());
    }

    @Override
    public boolean sendAtOnce(Result frame) {
      assertFalse(host.lock().isHeldByCurrentThread());
      if (over) {
        throw new IllegalStateException("the call is closed");
      }
      if (!busy) {
        sent.add("at once " + frame.getStep());
      }
      return !busy;
    }
  }

  MailboxTest() {
    box.attach(stream);
  }

  private static Result result(long step) {
    return Result.newBuilder().setStep(step).build();
  }

  private void runThreads() {
    while (!threads.isEmpty()) {
      threads.remove().run();
    }
  }

  @Test
  void shouldSendOneSmallFrameAtOnceWhenTheLockIsFreeAgain() {
    host.lockedAndSent(() -> {
      box.add(result(1));
      assertEquals(List.of(), stream.sent);
    });
    assertEquals(List.of("at once 1"), stream.sent);
    assertTrue(threads.isEmpty());
  }

  @Test
  void shouldLeaveFramesToAThreadWhenNobodySaysThatItSends() {
    host.locked(() -> box.add(result(1)));
    assertEquals(List.of(), stream.sent);
    runThreads();
    assertEquals(List.of("thread 1"), stream.sent);
  }

  @Test
  void shouldLeaveAFrameToAThreadWhenTheStreamWouldBlock() {
    stream.busy = true;
    host.lockedAndSent(() -> box.add(result(1)));
    assertEquals(List.of(), stream.sent);
    runThreads();
    assertEquals(List.of("thread 1"), stream.sent);
  }

  @Test
  void shouldLeaveSeveralAndLargeFramesToAThread() {
    host.lockedAndSent(() -> {
      box.add(result(1));
      box.add(result(2));
    });
    runThreads();
    byte[] large = new byte[Transport.AT_ONCE_BYTES + 1];
    host.lockedAndSent(
        () -> box.add(result(3).toBuilder().setHidden(ByteString.copyFrom(large)).build()));
    runThreads();
    assertEquals(List.of("thread 1", "thread 2", "thread 3"), stream.sent);
  }

  @Test
  void shouldKeepTheOrderWhenAThreadIsStillToRun() {
    host.locked(() -> box.add(result(1)));
    host.lockedAndSent(() -> box.add(result(2)));
    assertEquals(List.of(), stream.sent);
    runThreads();
    assertEquals(List.of("thread 1", "thread 2"), stream.sent);
  }

  @Test
  void shouldKeepAFrameForTheNextStreamWhenThisOneEndsAsItGoesOut() {
    stream.over = true;
    host.locked(() -> box.add(result(1)));
    runThreads();
    Stream next = new Stream();
    box.attach(next, result(7));
    runThreads();
    host.locked(() -> box.add(result(2)));
    runThreads();
    assertEquals(List.of(), stream.sent);
    assertEquals(List.of("thread 7", "thread 1", "thread 2"), next.sent);
  }

  @Test
  void shouldKeepAFrameForTheNextStreamWhenSendingItAtOnceFails() {
    stream.over = true;
    host.lockedAndSent(() -> box.add(result(1)));
    runThreads();
    Stream next = new Stream();
    box.attach(next);
    runThreads();
    assertEquals(List.of("thread 1"), next.sent);
  }

  @Test
  void shouldBeFullWhenItsBytesAreAndSayWhenThereIsRoomAgain() {
    AtomicInteger room = new AtomicInteger();
    Mailbox<Result> large = new Mailbox<>(host, 64, room::incrementAndGet);
    byte[] megabyte = new byte[1 << 20];
    for (int step = 1; step <= 4; step++) {
      assertFalse(large.isFull());
      host.locked(() -> large.add(result(1).toBuilder().setHidden(hidden(megabyte)).build()));
    }
    assertTrue(large.isFull());
    large.attach(stream);
    runThreads();
    assertFalse(large.isFull());
    assertEquals(1, room.get());
  }

  @Test
  void shouldCountWhatWaitsAmongTheRowsOfAllSessionsUntilItIsGone() {
    int most = (int) BlockServerConfig.defaults().caps().queuedBytes();
    stream.over = true;
    host.locked(() -> box.add(result(1)));
    assertFalse(host.hasRoomFor(most));
    runThreads();
    assertFalse(host.hasRoomFor(most));
    box.close();
    host.locked(() -> box.add(result(2)));
    assertTrue(host.hasRoomFor(most));
  }

  private static ByteString hidden(byte[] bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  @Test
  void shouldSendNothingThatWasClearedWhileTheStreamWasBusy() {
    stream.busy = true;
    host.lockedAndSent(() -> box.add(result(1)));
    box.clear();
    runThreads();
    stream.busy = false;
    host.lockedAndSent(() -> box.add(result(2)));
    assertEquals(List.of("at once 2"), stream.sent);
  }
}
