package org.weft.node.transport;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.FaultCodes;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.Wire;

/** A stream between two nodes in memory. All state is guarded by the network's lock. */
final class MemoryStream {
  /** Frames that wait for a listener before the sender does. */
  private static final int WINDOW = 16;

  private final MemoryNetwork network;
  private final End dialler;
  private final End callee;

  MemoryStream(MemoryNetwork network, NodeId from, NodeId to) {
    this.network = network;
    dialler = new End(from, to);
    callee = new End(to, from);
  }

  End dialler() {
    return dialler;
  }

  End callee() {
    return callee;
  }

  boolean joins(NodeId a, NodeId b) {
    return dialler.self.equals(a) && callee.self.equals(b)
        || dialler.self.equals(b) && callee.self.equals(a);
  }

  /** The connection broke: both sides learn it. Lock held. */
  void lose() {
    dialler.end(MemoryNetwork.lost(callee.self, null));
    callee.end(MemoryNetwork.lost(dialler.self, null));
  }

  /** {@code id} is gone. Lock held. */
  void leave(NodeId id, boolean deaf) {
    if (!dialler.self.equals(id) && !callee.self.equals(id)) {
      return;
    }
    End leaving = dialler.self.equals(id) ? dialler : callee;
    if (deaf) {
      leaving.deafen();
    } else {
      leaving.end(new NodeException(NodeError.CLOSED, "This node's transport was closed."));
    }
    other(leaving).end(MemoryNetwork.lost(id, null));
  }

  /** The dial failed: nothing crosses. Lock not held. */
  void refuse(NodeException cause) {
    network.lock.lock();
    try {
      callee.deafen();
      dialler.end(cause);
    } finally {
      network.lock.unlock();
    }
  }

  private End other(End end) {
    return end == dialler ? callee : dialler;
  }

  /** One side: its listener, and the virtual thread that calls it. */
  final class End {
    private final NodeId self;
    private final NodeId peer;
    private final SerialExecutor thread;
    private Consumer<MessageLite> received = frame -> {};
    private Consumer<@Nullable NodeException> ended = cause -> {};
    private int unhandled;
    private boolean over;
    private volatile boolean deaf;
    private volatile boolean cancelled;

    private End(NodeId self, NodeId peer) {
      this.self = self;
      this.peer = peer;
      thread = new SerialExecutor("memory-stream");
    }

    NodeId self() {
      return self;
    }

    NodeId peer() {
      return peer;
    }

    boolean ended() {
      return over;
    }

    void listen(Consumer<MessageLite> onFrame, Consumer<@Nullable NodeException> onEnd) {
      received = onFrame;
      ended = onEnd;
    }

    /** Runs on the end's own thread; what it throws ends the stream. */
    void run(Runnable task) {
      thread.execute(() -> guarded(task));
    }

    private void guarded(Runnable task) {
      if (deaf) {
        return;
      }
      try {
        task.run();
      } catch (NodeException e) {
        fail(e);
      } catch (RuntimeException e) {
        fail(new NodeException(NodeError.INTERNAL, "The node " + self + " failed: " + e + "."));
      }
    }

    boolean send(MessageLite frame) {
      if (frame.getSerializedSize() > Wire.MAX_MESSAGE_BYTES) {
        fail(new NodeException(NodeError.PROTOCOL, "A frame is larger than the wire allows."));
        return false;
      }
      MessageLite copy = copy(frame);
      End to = other(this);
      network.lock.lock();
      try {
        if (!waitForRoom(to)) {
          return false;
        }
        to.unhandled++;
        network.send(new MemoryNetwork.Flight(to, () -> to.run(() -> to.handle(copy))));
      } finally {
        network.lock.unlock();
      }
      network.seen(self, peer, copy);
      return true;
    }

    private boolean waitForRoom(End to) {
      long nanos = network.sendTimeout.toNanos();
      try {
        while (!over && to.unhandled >= WINDOW && nanos > 0) {
          nanos = network.changed.awaitNanos(nanos);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        nanos = 0;
      }
      if (!over && nanos <= 0) {
        fail(new NodeException(NodeError.DEADLINE, "The node " + peer + " takes no frames."));
      }
      return !over;
    }

    private void handle(MessageLite frame) {
      try {
        if (!cancelled) {
          received.accept(frame);
        }
      } finally {
        network.lock.lock();
        try {
          unhandled--;
          network.changed.signalAll();
        } finally {
          network.lock.unlock();
        }
      }
    }

    /** Ends in order: the peer hears no cause, after all frames before. */
    void finish() {
      close(null, null);
    }

    /** Ends from this side: the peer hears of a lost connection. */
    void cancel() {
      cancelled = true;
      close(
          new NodeException(NodeError.CLOSED, "The stream was cancelled here."),
          new NodeException(NodeError.CLOSED, "The peer " + self + " cancelled the stream."));
    }

    /** Ends with a fault, which crosses as code and sentence. */
    void fail(NodeException cause) {
      String sentence = String.valueOf(cause.getMessage());
      NodeError crossed = FaultCodes.error(FaultCodes.of(cause.error()));
      close(cause, new NodeException(crossed, sentence, cause.permanent(), cause.retryMillis()));
    }

    private void close(@Nullable NodeException here, @Nullable NodeException there) {
      network.lock.lock();
      try {
        if (!over) {
          End to = other(this);
          end(here);
          network.send(new MemoryNetwork.Flight(to, () -> to.end(there)));
        }
      } finally {
        network.lock.unlock();
      }
    }

    /** Lock held. */
    private void end(@Nullable NodeException cause) {
      if (over) {
        return;
      }
      over = true;
      thread.finish(() -> guarded(() -> ended.accept(cause)));
      network.changed.signalAll();
      if (other(this).over) {
        network.gone(MemoryStream.this);
      }
    }

    /** Lock held. */
    private void deafen() {
      deaf = true;
      end(null);
    }
  }

  private static MessageLite copy(MessageLite frame) {
    try {
      return frame.getParserForType().parseFrom(frame.toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a frame that does not parse", e);
    }
  }
}
