package org.weft.node.transport;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call that a peer opened once its time is up, whatever deadline the peer has set: by a
 * reset, so that neither a request that never becomes whole nor a reply that nobody takes is held
 * any longer. A stream's ends with the frame that gives it a purpose.
 */
final class CallDeadlines extends ServerStreamTracer.Factory {
  private static final Context.Key<Deadline> DEADLINE = Context.key("weft-deadline");

  private final Timers timers;
  private final Duration timeout;

  CallDeadlines(Timers timers, Duration timeout) {
    this.timers = timers;
    this.timeout = timeout;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return new Deadline();
  }

  /** That of the call which is being started on this thread. */
  static Deadline current() {
    return Objects.requireNonNull(DEADLINE.get());
  }

  /** One call's. */
  final class Deadline extends ServerStreamTracer {
    private volatile Timers.@Nullable Timer timer;

    /** gRPC resets a call whose context has timed out. */
    @Override
    public Context filterContext(Context context) {
      Context.CancellableContext ours = context.withCancellation();
      timer =
          timers.after(timeout, () -> ours.cancel(new TimeoutException("the call took too long")));
      return ours.withValue(DEADLINE, this);
    }

    /** The call may go on for as long as it likes. */
    void lift() {
      Timers.Timer running = timer;
      if (running != null) {
        timer = null; // each frame of a stream asks again
        running.cancel();
      }
    }

    @Override
    public void streamClosed(Status status) {
      lift();
    }
  }
}
