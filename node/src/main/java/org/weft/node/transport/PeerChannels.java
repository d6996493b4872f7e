package org.weft.node.transport;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.transport.Dialler.Dialled;

/**
 * One channel a peer, dialled when first asked for, and forgotten as soon as its connection breaks:
 * the next call dials anew. Sessions come first: what the directory asks of peers in the
 * background, anybody's free identities among them, takes half of the channels at most, and dials
 * of its own number. Thread-safe.
 */
final class PeerChannels {
  /** The largest message, and the next on its way; a stream that is stalled holds so much. */
  static final int STREAM_WINDOW_BYTES = 2 << 20;

  /** Dials in progress, of sessions and of the background each. */
  private static final int MAX_DIALS = 64;

  private final TransportConfig config;
  private final Dialler dialler;
  private final ConcurrentHashMap<NodeId, Dialled> ready = new ConcurrentHashMap<>();

  /** By endpoints, too: who names a peer at a black hole holds up nobody who knows better. */
  private final ConcurrentHashMap<PeerAddress, CompletableFuture<Dialled>> dialling =
      new ConcurrentHashMap<>();

  private final Semaphore sessionDials = new Semaphore(MAX_DIALS);
  private final Semaphore backgroundDials = new Semaphore(MAX_DIALS);

  PeerChannels(TransportConfig config, Dialler dialler) {
    this.config = config;
    this.dialler = dialler;
  }

  /** A channel that is ready, waiting while it is dialled: by {@code patience} at most. */
  ManagedChannel get(PeerAddress peer, Duration patience) {
    Dialled known = known(peer.id());
    return known != null
        ? known.channel()
        : dialled(peer, System.nanoTime() + patience.toNanos(), sessionDials).channel();
  }

  /**
   * Calls a peer for the directory.
   *
   * @param there over a connection to one of the peer's endpoints, wherever others may go to
   */
  <T> T inBackground(
      PeerAddress peer, Duration deadline, boolean there, Function<ManagedChannel, T> call) {
    long end = System.nanoTime() + deadline.toNanos();
    Dialled known = known(peer.id());
    if (known != null && (!there || peer.endpoints().contains(known.at()))) {
      return call.apply(known.channel());
    }
    if (known != null || channels() < config.maxConnections() / 2) {
      return call.apply(dialled(peer, end, backgroundDials).channel());
    }
    Dialled once = withSlot(backgroundDials, () -> dialler.dial(peer, end));
    try {
      return call.apply(once.channel());
    } finally {
      dialler.discard(once.channel());
    }
  }

  private int channels() {
    return ready.size() + dialling.size();
  }

  private @Nullable Dialled known(NodeId peer) {
    dialler.requireOpen();
    Dialled known = ready.get(peer);
    if (known == null || known.channel().getState(false) == ConnectivityState.READY) {
      return known;
    }
    drop(peer, known);
    return null;
  }

  private Dialled dialled(PeerAddress peer, long end, Semaphore slots) {
    CompletableFuture<Dialled> mine = new CompletableFuture<>();
    CompletableFuture<Dialled> other = dialling.putIfAbsent(peer, mine);
    if (other == null) {
      Thread.ofVirtual().name("weft-dial").start(() -> dial(peer, mine, slots));
    }
    return await(other == null ? mine : other, peer, end);
  }

  /** Outlives a caller who has no more time, bounded: the next one finds the channel ready. */
  private void dial(PeerAddress peer, CompletableFuture<Dialled> mine, Semaphore slots) {
    try {
      if (channels() > config.maxConnections()) {
        throw overloaded(config.maxConnections() + " connections");
      }
      long end = System.nanoTime() + dialler.dialTime().toNanos();
      Dialled dialled = withSlot(slots, () -> dialler.dial(peer, end));
      // One that stands already was dialled elsewhere; what runs on it runs on.
      Dialled before = ready.put(peer.id(), dialled);
      if (before != null) {
        before.channel().shutdown();
      }
      watch(peer.id(), dialled);
      dialling.remove(peer, mine);
      mine.complete(dialled);
    } catch (RuntimeException e) {
      dialling.remove(peer, mine);
      mine.completeExceptionally(e);
    }
  }

  private static Dialled withSlot(Semaphore slots, Supplier<Dialled> dial) {
    if (!slots.tryAcquire()) {
      throw overloaded(MAX_DIALS + " dials under way");
    }
    try {
      return dial.get();
    } finally {
      slots.release();
    }
  }

  private static NodeException overloaded(String what) {
    return Failures.transientFailure(
        NodeError.OVERLOADED, "This node has " + what + ", as many as it may.");
  }

  private Dialled await(CompletableFuture<Dialled> dialling, PeerAddress peer, long end) {
    try {
      return dialling.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      // Several callers may wait for one dial: each gets an exception of its own.
      throw e.getCause() instanceof NodeException same
          ? new NodeException(
              same.error(), String.valueOf(same.getMessage()), same.permanent(), same.retryMillis())
          : new NodeException(NodeError.INTERNAL, "The dial of " + peer.id() + " failed inside.");
    } catch (TimeoutException e) {
      throw Failures.transientFailure(
          NodeError.UNREACHABLE, "The node " + peer.id() + " cannot be reached in time.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failures.closed();
    }
  }

  /** gRPC would dial again by itself, without our Hello: so a channel that breaks is let go. */
  private void watch(NodeId peer, Dialled dialled) {
    dialled.channel().notifyWhenStateChanged(ConnectivityState.READY, () -> drop(peer, dialled));
  }

  /** Streams that run on it run on, where its connection still lets them. */
  private void drop(NodeId peer, Dialled dialled) {
    ready.remove(peer, dialled);
    dialled.channel().shutdown();
  }

  /** Ends every channel and what runs on it. */
  void close() {
    dialler.close();
    ready.clear();
  }
}
