package org.weft.node.transport;

import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import java.time.Clock;
import java.time.Duration;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.WireMethods;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.DirectoryGrpc;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.HelloReply;
import org.weft.protocol.v1.HelloRequest;
import org.weft.protocol.v1.SessionsGrpc;
import org.weft.protocol.v1.Up;

/**
 * What a peer may call, in what order and how often at once: Hello first, and of each kind so many,
 * of all peers and of one. A call's message is held by us from its first byte on, so its turn is
 * taken when it starts.
 */
final class ServedCalls {
  /** Starts a call of a proven peer; what it throws is the refusal. */
  interface Handler<Q, R> {
    ServerCall.Listener<Q> start(ServerCall<Q, R> call, Callers.Caller caller);
  }

  /** Processes may share a key: their Hellos come from one peer. */
  private static final int HELLOS_OF_A_PEER = 16;

  /** Each may hold a message of the largest size, and cost signature checks. */
  private static final int EXCHANGES = 32;

  private static final int EXCHANGES_OF_A_PEER = 8;

  /** A gateway ends all its sessions at once when it stops. */
  private static final int CALLS_OF_A_PEER = 64;

  private static final int CALLS = 256;

  /** Streams that have not said yet what they are for. */
  private static final int UNOPENED = 256;

  private static final int UNOPENED_OF_A_PEER = 64;

  private final HelloRequest own;
  private final Clock clock;
  private final Duration sendTimeout;
  private final CallPermits hellos;
  private final CallPermits exchanges = new CallPermits(EXCHANGES, EXCHANGES_OF_A_PEER);
  private final CallPermits calls = new CallPermits(CALLS, CALLS_OF_A_PEER);
  private final CallPermits unopened = new CallPermits(UNOPENED, UNOPENED_OF_A_PEER);

  ServedCalls(HelloRequest own, Clock clock, TransportConfig config) {
    this.own = own;
    this.clock = clock;
    sendTimeout = config.sendTimeout();
    hellos = new CallPermits(Math.max(HELLOS_OF_A_PEER, config.maxConnections()), HELLOS_OF_A_PEER);
  }

  ServerServiceDefinition sessions(SessionService sessions) {
    return ServerServiceDefinition.builder(SessionsGrpc.SERVICE_NAME)
        .addMethod(WireMethods.chain(), afterHello(chain(sessions)))
        .addMethod(WireMethods.gather(), afterHello(gather(sessions)))
        .addMethod(
            WireMethods.ask(),
            afterHello(
                new UnaryHandler<>((caller, probe) -> sessions.ask(caller.id(), probe), calls)))
        .addMethod(
            WireMethods.end(),
            afterHello(
                new UnaryHandler<>((caller, close) -> sessions.end(caller.id(), close), calls)))
        .build();
  }

  ServerServiceDefinition directory(DirectoryService directory) {
    return ServerServiceDefinition.builder(DirectoryGrpc.SERVICE_NAME)
        .addMethod(WireMethods.hello(), proven(new UnaryHandler<>(this::hello, hellos)))
        .addMethod(
            WireMethods.exchange(),
            afterHello(
                new UnaryHandler<>(
                    (caller, request) -> directory.exchange(caller.id(), request), exchanges)))
        .build();
  }

  private static <Q, R> ServerCallHandler<Q, R> afterHello(Handler<Q, R> handler) {
    return proven((call, caller) -> {
      if (!caller.hasGreeted()) {
        throw Failures.failure(NodeError.PROTOCOL, "Hello comes before anything else.");
      }
      return handler.start(call, caller);
    });
  }

  private static <Q, R> ServerCallHandler<Q, R> proven(Handler<Q, R> handler) {
    return (call, headers) -> {
      try {
        return handler.start(call, Callers.of(call));
      } catch (NodeException e) {
        refuse(call, e);
        return new ServerCall.Listener<>() {};
      }
    };
  }

  static void refuse(ServerCall<?, ?> call, NodeException e) {
    if (!call.isCancelled()) {
      call.close(Failures.status(e), Failures.trailers(e));
    }
  }

  private HelloReply hello(Callers.Caller caller, HelloRequest request) {
    int version = Math.min(own.getMaxVersion(), request.getMaxVersion());
    if (version < own.getMinVersion() || version < request.getMinVersion()) {
      throw new NodeException(
          NodeError.INCOMPATIBLE,
          "This node speaks versions %s to %s of the protocol, and its peer %s to %s."
              .formatted(
                  own.getMinVersion(),
                  own.getMaxVersion(),
                  Integer.toUnsignedString(request.getMinVersion()),
                  Integer.toUnsignedString(request.getMaxVersion())));
    }
    caller.greeted();
    return HelloReply.newBuilder()
        .setVersion(version)
        .addAllFeatures(own.getFeaturesList())
        .setSoftware(own.getSoftware())
        .setUnixMs(clock.millis())
        .build();
  }

  /** A stream until it says what it is for: bounded in number and in time. */
  private record Unopened(CallPermits.Permit permit, CallDeadlines.Deadline deadline) {
    void over() {
      permit.release();
      deadline.lift();
    }
  }

  private Unopened unopened(Callers.Caller caller) {
    CallPermits.Permit permit = unopened.tryAcquire(caller.id());
    if (permit == null) {
      throw UnaryHandler.tooMany();
    }
    return new Unopened(permit, CallDeadlines.current());
  }

  private Handler<Down, Up> chain(SessionService sessions) {
    return (call, caller) -> {
      Unopened waiting = unopened(caller);
      IncomingStream<Down, Up> stream = new IncomingStream<>(call, sendTimeout, waiting::over);
      stream.open(out -> new ChainService(sessions.chain(caller.id(), out), waiting));
      return stream;
    };
  }

  private Handler<Collect, Collected> gather(SessionService sessions) {
    return (call, caller) -> {
      Unopened waiting = unopened(caller);
      IncomingStream<Collect, Collected> stream =
          new IncomingStream<>(call, sendTimeout, waiting::over);
      stream.open(out -> new GatherService(sessions, caller.id(), out, waiting));
      return stream;
    };
  }

  private static final class ChainService implements IncomingStream.Service<Down> {
    private final SessionService.Inbound inbound;
    private final Unopened waiting;
    private boolean hasPurpose;

    ChainService(SessionService.Inbound inbound, Unopened waiting) {
      this.inbound = inbound;
      this.waiting = waiting;
    }

    @Override
    public void received(Down frame) {
      purpose(frame);
      inbound.received(frame);
    }

    @Override
    public boolean receivedAtOnce(Down frame) {
      purpose(frame);
      return inbound.receivedAtOnce(frame);
    }

    /** A probe, say, neither opens a session nor ends the stream. */
    private void purpose(Down frame) {
      if (!hasPurpose && (frame.hasOpen() || frame.hasStep())) {
        hasPurpose = true;
        waiting.over();
      }
    }

    @Override
    public boolean endsWithThePeer() {
      return true;
    }

    @Override
    public void ended() {
      inbound.ended();
    }
  }

  /** The collector's one request opens it. */
  private static final class GatherService implements IncomingStream.Service<Collect> {
    private final SessionService sessions;
    private final NodeId peer;
    private final SessionService.Outbound<Collected> out;
    private final Unopened waiting;
    private Runnable gone = () -> {};
    private boolean asked;

    GatherService(
        SessionService sessions,
        NodeId peer,
        SessionService.Outbound<Collected> out,
        Unopened waiting) {
      this.sessions = sessions;
      this.peer = peer;
      this.out = out;
      this.waiting = waiting;
    }

    @Override
    public void received(Collect request) {
      if (asked) {
        throw new NodeException(NodeError.PROTOCOL, "A collector asks once.");
      }
      asked = true;
      waiting.over();
      gone = sessions.gather(peer, request, out);
    }

    @Override
    public boolean endsWithThePeer() {
      return !asked;
    }

    @Override
    public void ended() {
      gone.run();
    }
  }
}
