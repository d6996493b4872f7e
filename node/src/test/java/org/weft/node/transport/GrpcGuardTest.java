package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.node.transport.Loopback.DEADLINE;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Signed;

/** What peers may hold of a node, and for how long. */
class GrpcGuardTest {
  private static final Duration CALL = TransportConfig.loopback().callTimeout();
  private static final String EXCHANGE = "weft.v1.Directory/Exchange";

  private static final int LARGE = 16 * RawPeer.WINDOW_BYTES;

  private final Loopback loopback = new Loopback();
  private final SteppedTime time = new SteppedTime(Instant.EPOCH);
  private final List<ManagedChannel> raws = new ArrayList<>();

  @AfterEach
  void close() {
    raws.forEach(ManagedChannel::shutdownNow);
    loopback.close();
  }

  private ManagedChannel raw() {
    ManagedChannel raw = RawPeer.dial(loopback.serverKey.id(), loopback.server().port());
    raws.add(raw);
    return raw;
  }

  /** What was begun before on this connection has been seen, for calls come in their order. */
  private static void settle(ManagedChannel raw) {
    assertTrue(RawPeer.call(raw, "weft.v1.Sessions/Ask", new byte[0]).isOk());
  }

  /** A call of which the test says each part. */
  private static final class Begun extends ClientCall.Listener<byte[]> {
    private final BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
    private final ClientCall<byte[], byte[]> call;

    Begun(ManagedChannel channel, String method) {
      call =
          channel.newCall(
              RawPeer.method(method, MethodDescriptor.MethodType.BIDI_STREAMING),
              CallOptions.DEFAULT);
      call.start(this, new Metadata());
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      byte[] fault = trailers.get(Failures.FAULT);
      ends.add(fault == null ? status : status.withDescription(new String(fault)));
    }

    Status end() throws InterruptedException {
      Status end = ends.poll(20, TimeUnit.SECONDS);
      assertNotNull(end, "the call stands");
      return end;
    }
  }

  private static byte[] exchange(int bytes) {
    return ExchangeRequest.newBuilder()
        .addRecords(Signed.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes])))
        .build()
        .toByteArray();
  }

  @Test
  void shouldRefuseEverythingThatComesBeforeHello() {
    loopback.start();
    ManagedChannel silent = RawPeer.dialSilently(loopback.serverKey.id(), loopback.server().port());
    raws.add(silent);
    for (String method :
        List.of(
            "weft.v1.Sessions/Chain",
            "weft.v1.Sessions/Gather",
            "weft.v1.Sessions/Ask",
            "weft.v1.Sessions/End",
            EXCHANGE)) {
      Status status = RawPeer.call(silent, method, new byte[0]);
      assertTrue(String.valueOf(status.getDescription()).contains("Hello comes before"), method);
    }
    assertEquals(0, loopback.service.events.size());
  }

  @Test
  void shouldCutACallWhoseRequestNeverEnds() throws Exception {
    loopback.start(time);
    ManagedChannel raw = raw();
    List<Begun> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Begun begun = new Begun(raw, EXCHANGE);
      begun.call.sendMessage(exchange(1000));
      calls.add(begun);
    }
    settle(raw);
    assertFalse(RawPeer.call(raw, EXCHANGE, exchange(10)).isOk());
    time.advance(CALL);
    for (Begun begun : calls) {
      assertFalse(begun.end().isOk());
    }
    awaitATurn(raw);
  }

  /** A reply that waits for its peer counts as much as a request that waits for its end. */
  @Test
  void shouldServeOthersWhenAPeerHasTakenAllItsTurns() throws Exception {
    loopback.start();
    ManagedChannel raw = raw();
    takeAllTurns(raw);
    Status refused = RawPeer.call(raw, EXCHANGE, exchange(10));
    assertTrue(String.valueOf(refused.getDescription()).contains("too many calls"));
    ExchangeRequest small = ExchangeRequest.newBuilder().build();
    var unused = loopback.client().exchange(loopback.address(), small, DEADLINE);
  }

  @Test
  void shouldTakeTurnsBackWhenNobodyTakesTheReplies() throws Exception {
    loopback.start(time);
    ManagedChannel raw = raw();
    takeAllTurns(raw);
    assertFalse(RawPeer.call(raw, EXCHANGE, exchange(10)).isOk());
    time.advance(CALL);
    awaitATurn(raw);
  }

  private static void awaitATurn(ManagedChannel raw) {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!RawPeer.call(raw, EXCHANGE, exchange(10)).isOk()) {
      assertTrue(System.nanoTime() < end, "the turns are not given back");
    }
  }

  private void takeAllTurns(ManagedChannel raw) throws InterruptedException {
    for (int i = 0; i < 8; i++) {
      Begun begun = new Begun(raw, EXCHANGE);
      begun.call.sendMessage(exchange(LARGE));
      begun.call.halfClose();
      assertTrue(loopback.service.event().startsWith("exchange"));
    }
  }

  @Test
  void shouldCutStreamsThatNeverSayWhatTheyAreFor() throws Exception {
    loopback.start(time);
    RecordingListener opened = new RecordingListener();
    ChainStream open = loopback.openChain(opened);
    open.send(Down.newBuilder().setOpen(Open.getDefaultInstance()).build());
    assertEquals(0, opened.echo());
    assertEquals("step 0", loopback.service.event());
    RecordingListener silent = new RecordingListener();
    loopback.openChain(silent);
    ManagedChannel raw = raw();
    Begun collector = new Begun(raw, "weft.v1.Sessions/Gather");
    settle(raw);
    time.advance(CALL);
    assertFalse(silent.end().failure().permanent());
    assertFalse(collector.end().isOk());
    open.send(RecordingService.step(7, 1));
    assertEquals(7, opened.echo());
  }

  @Test
  void shouldCloseConnectionsThatNobodyCallsOver() throws Exception {
    loopback.start(TransportConfig.loopback().idlingFor(Duration.ofSeconds(2)));
    CountDownLatch closed = new CountDownLatch(1);
    raw().notifyWhenStateChanged(ConnectivityState.READY, closed::countDown);
    assertTrue(closed.await(20, TimeUnit.SECONDS));
    assertTrue(loopback.client().ping(loopback.address(), DEADLINE).isPositive());
  }
}
