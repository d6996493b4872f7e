package org.weft.node.transport;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.Wire;

/**
 * The answering side of a stream: gRPC's callbacks run on the event loop and only hand over; our
 * service runs on the stream's own virtual thread.
 */
final class IncomingStream<Q, R extends MessageLite> extends ServerCall.Listener<Q>
    implements SessionService.Outbound<R> {
  /** What our service makes of a stream. Called on the stream's thread. */
  interface Service<Q> {
    /** A frame of the peer's. */
    void received(Q frame);

    /** On the event loop, where that needs no waiting. */
    default boolean receivedAtOnce(Q frame) {
      return false;
    }

    /** The peer has said all it will; false where the stream stays open to answer. */
    boolean endsWithThePeer();

    /** The last call. */
    void ended();
  }

  private final ServerCall<Q, R> call;
  private final SerialExecutor thread = new SerialExecutor("weft-serve");
  private final SendGate gate;
  private final Runnable released;
  private final AtomicBoolean over = new AtomicBoolean();
  private @Nullable Service<Q> service;
  private boolean headersSent;
  private volatile boolean deaf;

  /** {@code released} runs when the call holds nothing of ours any more. */
  IncomingStream(ServerCall<Q, R> call, Duration sendTimeout, Runnable released) {
    this.call = call;
    this.released = released;
    gate = new SendGate(sendTimeout);
  }

  /** {@code accept} makes the service, on the stream's thread, before the first frame. */
  void open(Function<SessionService.Outbound<R>, Service<Q>> accept) {
    thread.execute(() -> guarded(() -> service = accept.apply(this)));
    call.request(OutgoingStream.CREDIT);
  }

  @Override
  public void onMessage(Q frame) {
    if (!thread.runAtOnce(() -> handleAtOnce(frame))) {
      thread.execute(() -> guarded(() -> handle(frame)));
    }
  }

  private boolean handleAtOnce(Q frame) {
    Service<Q> to = service;
    if (to == null || deaf) {
      return false;
    }
    try {
      if (!to.receivedAtOnce(frame)) {
        return false;
      }
      call.request(1);
    } catch (RuntimeException e) {
      fail(Failures.thrown(e));
    }
    return true;
  }

  private void handle(Q frame) {
    if (service != null && !deaf) {
      service.received(frame);
      call.request(1);
    }
  }

  /** What our service throws ends the stream, and its code reaches the peer. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      fail(Failures.thrown(e));
    }
  }

  @Override
  public boolean send(R frame) {
    if (frame.getSerializedSize() > Wire.MAX_MESSAGE_BYTES) {
      fail(Failures.failure(NodeError.PROTOCOL, "A frame is larger than the wire allows."));
      return false;
    }
    return switch (gate.enter(call::isReady)) {
      case MINE -> {
        write(frame);
        yield true;
      }
      case LATE -> {
        fail(Failures.transientFailure(NodeError.DEADLINE, "The peer takes no frames."));
        yield false;
      }
      case OVER -> false;
    };
  }

  @Override
  public boolean sendAtOnce(R frame) {
    if (frame.getSerializedSize() > Wire.MAX_MESSAGE_BYTES || !gate.tryEnter(call::isReady)) {
      return false;
    }
    write(frame);
    return true;
  }

  /** With the gate held, which it leaves. */
  private void write(R frame) {
    try {
      headers();
      call.sendMessage(frame);
    } finally {
      gate.leave();
    }
  }

  /** With the gate held. */
  private void headers() {
    if (!headersSent) {
      headersSent = true;
      call.sendHeaders(new Metadata());
    }
  }

  @Override
  public void finish() {
    close(Status.OK, new Metadata());
  }

  private void fail(NodeException e) {
    close(Failures.status(e), Failures.trailers(e));
  }

  /** Ends from this side: what was sent before still goes out. */
  private void close(Status status, Metadata trailers) {
    if (end()) {
      deaf = true;
      gate.alone(() -> {
        if (status.isOk()) {
          headers();
        }
        call.close(status, trailers);
      });
    }
  }

  private boolean end() {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    gate.end();
    thread.finish(() -> {
      if (service != null) {
        service.ended();
      }
    });
    return true;
  }

  @Override
  public void onHalfClose() {
    thread.execute(() -> {
      if (service == null || service.endsWithThePeer()) {
        finish();
      }
    });
  }

  @Override
  public void onReady() {
    gate.signal();
  }

  @Override
  public void onCancel() {
    end();
    released.run();
  }

  @Override
  public void onComplete() {
    end();
    released.run();
  }
}
