package org.weft.node.transport;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.Wire;

/**
 * The dialling side of a stream. gRPC's callbacks run on the event loop and only hand over; the
 * listener runs on the stream's own virtual thread, which also dials. The peer may send {@link
 * #CREDIT} frames beyond those that have been handled, and no more.
 */
final class OutgoingStream<Q extends MessageLite, R> {
  /** One frame that is being handled and one that waits, so that the next is there at once. */
  static final int CREDIT = 2;

  private final PeerAddress peer;
  private final MethodDescriptor<Q, R> method;
  private final FrameListener<R> listener;
  private final BooleanSupplier closing;
  private final SerialExecutor thread;
  private final SendGate gate;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile @Nullable ClientCall<Q, R> call;
  private volatile boolean deaf;

  OutgoingStream(
      PeerAddress peer,
      MethodDescriptor<Q, R> method,
      FrameListener<R> listener,
      Duration sendTimeout,
      BooleanSupplier closing) {
    this.peer = peer;
    this.method = method;
    this.listener = listener;
    this.closing = closing;
    gate = new SendGate(sendTimeout);
    thread = new SerialExecutor("weft-stream");
  }

  /** Dials in the background; {@code only} is the one request of a stream that sends no more. */
  void open(PeerChannels channels, Duration patience, @Nullable Q only) {
    thread.execute(() -> dial(channels, patience, only));
  }

  private void dial(PeerChannels channels, Duration patience, @Nullable Q only) {
    try {
      if (over.get()) {
        return;
      }
      ClientCall<Q, R> made = channels.get(peer, patience).newCall(method, CallOptions.DEFAULT);
      made.start(new Listener(made), new Metadata());
      made.request(CREDIT);
      if (only != null) {
        made.sendMessage(only);
        made.halfClose();
      }
      call = made;
      if (over.get()) {
        made.cancel("cancelled", null);
      }
      gate.signal();
    } catch (RuntimeException e) {
      end(Failures.thrown(e));
    }
  }

  /** Sends, waiting while the window is full; false where the stream is over. */
  boolean send(Q frame) {
    if (frame.getSerializedSize() > Wire.MAX_MESSAGE_BYTES) {
      fail(Failures.failure(NodeError.PROTOCOL, "A frame is larger than the wire allows."));
      return false;
    }
    return switch (gate.enter(this::ready)) {
      case MINE -> write(frame);
      case LATE -> {
        fail(
            Failures.transientFailure(
                NodeError.DEADLINE, "The node " + peer.id() + " takes no frames."));
        yield false;
      }
      case OVER -> false;
    };
  }

  /** Sends if that takes no waiting. */
  boolean sendAtOnce(Q frame) {
    if (frame.getSerializedSize() > Wire.MAX_MESSAGE_BYTES || !gate.tryEnter(this::ready)) {
      return false;
    }
    return write(frame);
  }

  /** With the gate held, which it leaves. */
  private boolean write(Q frame) {
    try {
      ClientCall<Q, R> open = call;
      if (open != null) {
        open.sendMessage(frame);
      }
      return open != null;
    } catch (IllegalStateException cancelled) {
      // gRPC's answer to a frame that a cancel has overtaken, which the listener hears of.
      if (!over.get()) {
        throw cancelled;
      }
      return false;
    } finally {
      gate.leave();
    }
  }

  private boolean ready() {
    ClientCall<Q, R> open = call;
    return open != null && open.isReady();
  }

  /** Ends from this side; frames that come after are not told. */
  void cancel() {
    deaf = true;
    fail(Failures.failure(NodeError.CLOSED, "The stream was cancelled here."));
  }

  private void fail(NodeException cause) {
    if (end(cause)) {
      ClientCall<Q, R> open = call;
      if (open != null) {
        open.cancel(cause.error().name(), null);
      }
    }
  }

  private boolean end(@Nullable NodeException cause) {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    gate.end();
    thread.finish(() -> listener.ended(cause));
    return true;
  }

  private final class Listener extends ClientCall.Listener<R> {
    private final ClientCall<Q, R> mine;

    Listener(ClientCall<Q, R> mine) {
      this.mine = mine;
    }

    @Override
    public void onMessage(R frame) {
      if (!thread.runAtOnce(() -> handleAtOnce(frame))) {
        thread.execute(() -> handle(frame));
      }
    }

    private boolean handleAtOnce(R frame) {
      if (deaf) {
        return false;
      }
      try {
        if (!listener.receivedAtOnce(frame)) {
          return false;
        }
        mine.request(1);
      } catch (RuntimeException e) {
        deaf = true;
        fail(Failures.thrown(e));
      }
      return true;
    }

    private void handle(R frame) {
      if (deaf) {
        return;
      }
      try {
        listener.received(frame);
        mine.request(1);
      } catch (RuntimeException e) {
        deaf = true;
        fail(Failures.thrown(e));
      }
    }

    @Override
    public void onReady() {
      gate.signal();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk()) {
        end(null);
      } else {
        end(closing.getAsBoolean() ? Failures.closed() : Failures.of(status, trailers, peer.id()));
      }
    }
  }
}
