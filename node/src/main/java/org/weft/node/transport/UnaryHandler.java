package org.weft.node.transport;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/** Answers calls of one request and one reply, each on a virtual thread, so many at a time. */
final class UnaryHandler<Q, R> implements ServerCallHandler<Q, R> {
  interface Service<Q, R> {
    R answer(NodeId peer, Q request);
  }

  private static final int RETRY_MILLIS = 100;

  private final Service<Q, R> service;
  private final Semaphore permits;

  UnaryHandler(Service<Q, R> service, Semaphore permits) {
    this.service = service;
    this.permits = permits;
  }

  @Override
  public ServerCall.Listener<Q> startCall(ServerCall<Q, R> call, Metadata headers) {
    call.request(2); // a second message would break the protocol, and shows only when asked for
    return new ServerCall.Listener<>() {
      private @Nullable Q request;
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        if (request != null && !refused) {
          refused = true;
          refuse(call, Failures.failure(NodeError.PROTOCOL, "A call has one request."));
        }
        request = message;
      }

      @Override
      public void onHalfClose() {
        Q only = request;
        if (refused) {
          return;
        }
        if (only == null) {
          refuse(call, Failures.failure(NodeError.PROTOCOL, "A call has one request."));
        } else if (permits.tryAcquire()) {
          Thread.ofVirtual().name("weft-call").start(() -> answer(call, only));
        } else {
          refuse(
              call,
              new NodeException(
                  NodeError.OVERLOADED, "The node answers too many calls.", false, RETRY_MILLIS));
        }
      }
    };
  }

  private void answer(ServerCall<Q, R> call, Q request) {
    try {
      R reply = service.answer(Callers.peer(call), request);
      call.sendHeaders(new Metadata());
      call.sendMessage(reply);
      call.close(Status.OK, new Metadata());
    } catch (RuntimeException e) {
      refuse(call, Failures.thrown(e));
    } finally {
      permits.release();
    }
  }

  private static void refuse(ServerCall<?, ?> call, NodeException e) {
    if (!call.isCancelled()) {
      call.close(Failures.status(e), Failures.trailers(e));
    }
  }
}
