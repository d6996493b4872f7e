package org.weft.node.transport;

import com.google.protobuf.MessageLite;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.FaultCodes;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Up;

/** A node of a {@link MemoryNetwork}, which makes it. */
final class MemoryTransport implements Transport {
  final @Nullable SessionService sessions;
  private final @Nullable DirectoryService directory;
  private final MemoryNetwork network;
  private final NodeId self;
  volatile boolean closed;

  MemoryTransport(
      MemoryNetwork network,
      NodeId self,
      @Nullable SessionService sessions,
      @Nullable DirectoryService directory) {
    this.network = network;
    this.self = self;
    this.sessions = sessions;
    this.directory = directory;
  }

  @Override
  public NodeId self() {
    return self;
  }

  @Override
  public ChainStream chain(PeerAddress peer, ChainListener listener) {
    MemoryStream stream = new MemoryStream(network, self, peer.id());
    stream.dialler().listen(frame -> listener.received((Up) frame), listener::ended);
    dial(stream, peer.id(), this::acceptChain);
    return new ChainStream() {
      @Override
      public boolean send(Down frame) {
        return stream.dialler().send(frame);
      }

      @Override
      public void cancel() {
        stream.dialler().cancel();
      }
    };
  }

  @Override
  public GatherStream gather(PeerAddress peer, Collect request, GatherListener listener) {
    MemoryStream stream = new MemoryStream(network, self, peer.id());
    stream.dialler().listen(frame -> listener.received((Collected) frame), listener::ended);
    dial(stream, peer.id(), (end, service) -> acceptGather(end, service, request));
    return stream.dialler()::cancel;
  }

  private interface Accept {
    void accept(MemoryStream.End end, SessionService service);
  }

  private void dial(MemoryStream stream, NodeId peer, Accept accept) {
    network.opened(stream);
    try {
      requireOpen();
      SessionService service = Objects.requireNonNull(network.reach(self, peer).sessions);
      stream.callee().run(() -> accept.accept(stream.callee(), service));
    } catch (NodeException e) {
      stream.refuse(e);
    }
  }

  private void acceptChain(MemoryStream.End end, SessionService service) {
    SessionService.Inbound inbound = service.chain(end.peer(), new EndOutbound<Up>(end));
    end.listen(frame -> inbound.received((Down) frame), cause -> inbound.ended());
  }

  private void acceptGather(MemoryStream.End end, SessionService service, Collect request) {
    Runnable gone = service.gather(end.peer(), request, new EndOutbound<Collected>(end));
    end.listen(frame -> {}, cause -> gone.run());
  }

  private record EndOutbound<T extends MessageLite>(MemoryStream.End end)
      implements SessionService.Outbound<T> {
    @Override
    public boolean send(T frame) {
      return end.send(frame);
    }

    @Override
    public void finish() {
      end.finish();
    }
  }

  private interface Call<T> {
    T on(MemoryTransport node);
  }

  /** A silent link answers nothing: the deadline passes at once, since nothing else can happen. */
  private <T> T call(PeerAddress peer, Duration deadline, Call<T> call) {
    requireOpen();
    if (network.silent(self, peer.id())) {
      throw new NodeException(
          NodeError.DEADLINE, "The node " + peer.id() + " did not answer in time.", false, 0);
    }
    MemoryTransport node = network.reach(self, peer.id());
    FutureTask<T> task = new FutureTask<>(() -> call.on(node));
    Thread.ofVirtual().name("memory-call").start(task);
    try {
      return task.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NodeException refused) {
        throw new NodeException(
            FaultCodes.error(FaultCodes.of(refused.error())),
            String.valueOf(refused.getMessage()),
            refused.permanent(),
            refused.retryMillis());
      }
      throw new NodeException(NodeError.INTERNAL, "The node " + peer.id() + " failed.");
    } catch (TimeoutException e) {
      throw new NodeException(
          NodeError.DEADLINE, "The node " + peer.id() + " did not answer in time.", false, 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeException(NodeError.CLOSED, "The call was interrupted.");
    }
  }

  @Override
  public ProbeReport ask(PeerAddress peer, Probe probe, Duration deadline) {
    return call(peer, deadline, node -> Objects.requireNonNull(node.sessions).ask(self, probe));
  }

  @Override
  public Closed end(PeerAddress peer, Close close, Duration deadline) {
    return call(peer, deadline, node -> Objects.requireNonNull(node.sessions).end(self, close));
  }

  @Override
  public ExchangeReply exchange(PeerAddress peer, ExchangeRequest request, Duration deadline) {
    return call(
        peer, deadline, node -> Objects.requireNonNull(node.directory).exchange(self, request));
  }

  @Override
  public Duration ping(PeerAddress peer, Duration deadline) {
    return call(peer, deadline, node -> Duration.ofMillis(1));
  }

  private void requireOpen() {
    if (closed) {
      throw new NodeException(NodeError.CLOSED, "This node's transport was closed.");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      network.left(this);
    }
  }
}
