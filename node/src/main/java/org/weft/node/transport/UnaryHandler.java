package org.weft.node.transport;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * Answers calls of one request and one reply, each on a virtual thread, so many at a time: from the
 * call's start until it is over on the wire and nobody works on it any more, whichever is later.
 */
final class UnaryHandler<Q, R> implements ServedCalls.Handler<Q, R> {
  interface Service<Q, R> {
    R answer(Callers.Caller caller, Q request);
  }

  private static final int RETRY_MILLIS = 100;

  private final Service<Q, R> service;
  private final CallPermits permits;

  UnaryHandler(Service<Q, R> service, CallPermits permits) {
    this.service = service;
    this.permits = permits;
  }

  @Override
  public ServerCall.Listener<Q> start(ServerCall<Q, R> call, Callers.Caller caller) {
    CallPermits.Permit permit = permits.tryAcquire(caller.id());
    if (permit == null) {
      throw tooMany();
    }
    call.request(2); // a second message would break the protocol, and shows only when asked for
    return new Call(call, caller, permit);
  }

  static NodeException tooMany() {
    return new NodeException(
        NodeError.OVERLOADED, "The node answers too many calls.", false, RETRY_MILLIS);
  }

  private final class Call extends ServerCall.Listener<Q> {
    private final ServerCall<Q, R> call;
    private final Callers.Caller caller;
    private final CallPermits.Permit permit;

    /** The call itself, and the thread that answers it. */
    private final AtomicInteger holders = new AtomicInteger(1);

    private @Nullable Q request;
    private boolean refused;

    Call(ServerCall<Q, R> call, Callers.Caller caller, CallPermits.Permit permit) {
      this.call = call;
      this.caller = caller;
      this.permit = permit;
    }

    @Override
    public void onMessage(Q message) {
      if (request != null && !refused) {
        refused = true;
        ServedCalls.refuse(call, Failures.failure(NodeError.PROTOCOL, "A call has one request."));
      }
      request = message;
    }

    @Override
    public void onHalfClose() {
      Q only = request;
      request = null;
      if (refused) {
        return;
      }
      if (only == null) {
        ServedCalls.refuse(call, Failures.failure(NodeError.PROTOCOL, "A call has one request."));
        return;
      }
      holders.incrementAndGet();
      Thread.ofVirtual().name("weft-call").start(() -> answer(only));
    }

    private void answer(Q only) {
      try {
        R reply = service.answer(caller, only);
        call.sendHeaders(new Metadata());
        call.sendMessage(reply);
        call.close(Status.OK, new Metadata());
      } catch (RuntimeException e) {
        ServedCalls.refuse(call, Failures.thrown(e));
      } finally {
        letGo();
      }
    }

    /** The reply has been taken. */
    @Override
    public void onComplete() {
      letGo();
    }

    @Override
    public void onCancel() {
      letGo();
    }

    private void letGo() {
      if (holders.decrementAndGet() == 0) {
        permit.release();
      }
    }
  }
}
