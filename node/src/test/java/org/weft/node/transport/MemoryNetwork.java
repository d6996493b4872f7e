package org.weft.node.transport;

import com.google.protobuf.MessageLite;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;

/**
 * Nodes joined in memory, for tests: streams and calls as over the real transport, with faults that
 * the test decides. Frames are serialised and parsed on the way, so nothing is shared by accident.
 * Thread-safe.
 *
 * <pre>
 *   MemoryNetwork net = new MemoryNetwork();
 *   Transport a = net.join(idA, sessionsA, directoryA);
 *   Transport gateway = net.join(idGateway);
 *   gateway.chain(net.address(idA), listener);
 *   net.cut(idA, idB);     // silence: frames wait, as TCP's do; new dials fail
 *   net.heal(idA, idB);    // what waited arrives
 *   net.sever(idA, idB);   // streams end with UNREACHABLE on both sides; new dials fail until healed
 *   net.freeze(idA);       // SIGSTOP: nothing to or from it moves, until thaw
 *   net.kill(idA);         // SIGKILL: others' streams end; it hears nothing more; join it again later
 *   net.hold(); net.release(1); net.resume();  // delivery step by step, in the order of sending
 * </pre>
 */
public final class MemoryNetwork {
  /** Sees each frame as it is sent. */
  public interface Tap {
    void sent(NodeId from, NodeId to, MessageLite frame);
  }

  /** Something on its way over a stream, in one direction. */
  record Flight(MemoryStream.End to, Runnable arrive) {}

  private record Link(NodeId from, NodeId to) {}

  final ReentrantLock lock = new ReentrantLock();
  final Condition changed = lock.newCondition();
  final Duration sendTimeout;

  private final Map<NodeId, MemoryTransport> nodes = new HashMap<>();
  private final List<MemoryStream> streams = new ArrayList<>();
  private final Deque<Flight> waiting = new ArrayDeque<>();
  private final Set<Link> cuts = new HashSet<>();
  private final Set<NodeId> frozen = new HashSet<>();
  private final List<Tap> taps = new ArrayList<>();
  private boolean holding;

  public MemoryNetwork() {
    this(Duration.ofSeconds(20));
  }

  /** With another bound on how long a send waits for a slow listener. */
  public MemoryNetwork(Duration sendTimeout) {
    this.sendTimeout = sendTimeout;
  }

  /** A node that is dialled and dials. Joining again replaces one that was killed or closed. */
  public Transport join(NodeId id, SessionService sessions, DirectoryService directory) {
    return add(new MemoryTransport(this, id, sessions, directory));
  }

  /** A node that only dials, as a gateway does. */
  public Transport join(NodeId id) {
    return add(new MemoryTransport(this, id, null, null));
  }

  /** An address under which {@code id} is dialled here; any other with the same id will do. */
  public static PeerAddress address(NodeId id) {
    return new PeerAddress(id, "memory.test", 1);
  }

  public void tap(Tap tap) {
    locked(() -> taps.add(tap));
  }

  public void cut(NodeId a, NodeId b) {
    locked(() -> cutBothWays(a, b));
  }

  public void sever(NodeId a, NodeId b) {
    locked(() -> {
      cutBothWays(a, b);
      breakStreams(a, b);
    });
  }

  /** What keepalive does some time after a silent cut: both sides see their streams end. */
  public void notice(NodeId a, NodeId b) {
    locked(() -> breakStreams(a, b));
  }

  public void heal(NodeId a, NodeId b) {
    locked(() -> {
      cuts.remove(new Link(a, b));
      cuts.remove(new Link(b, a));
      flush(Integer.MAX_VALUE, holding);
    });
  }

  public void freeze(NodeId id) {
    locked(() -> frozen.add(id));
  }

  public void thaw(NodeId id) {
    locked(() -> {
      frozen.remove(id);
      flush(Integer.MAX_VALUE, holding);
    });
  }

  public void kill(NodeId id) {
    locked(() -> {
      MemoryTransport node = nodes.remove(id);
      if (node != null) {
        node.closed = true;
        endStreamsOf(id, true);
      }
    });
  }

  /** From now on frames wait in the network until they are released. */
  public void hold() {
    locked(() -> holding = true);
  }

  /** Lets the oldest {@code count} frames that can pass go; how many there were. */
  public int release(int count) {
    lock.lock();
    try {
      return flush(count, false);
    } finally {
      lock.unlock();
    }
  }

  public void resume() {
    locked(() -> {
      holding = false;
      flush(Integer.MAX_VALUE, false);
    });
  }

  /** Frames (and ends of streams) that wait in the network. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Streams that stand. */
  public int streams() {
    lock.lock();
    try {
      return streams.size();
    } finally {
      lock.unlock();
    }
  }

  // What follows is for MemoryTransport and MemoryStream.

  /** The node behind {@code to}, or a refusal as a dial would meet it. */
  MemoryTransport reach(NodeId from, NodeId to) {
    lock.lock();
    try {
      MemoryTransport node = nodes.get(to);
      if (node == null || node.sessions == null || blocked(from, to)) {
        throw new NodeException(
            NodeError.UNREACHABLE, "The node " + to + " cannot be reached.", false, 0);
      }
      return node;
    } finally {
      lock.unlock();
    }
  }

  boolean silent(NodeId from, NodeId to) {
    lock.lock();
    try {
      return blocked(from, to);
    } finally {
      lock.unlock();
    }
  }

  void opened(MemoryStream stream) {
    locked(() -> streams.add(stream));
  }

  void left(MemoryTransport node) {
    locked(() -> {
      if (nodes.remove(node.self(), node)) {
        endStreamsOf(node.self(), false);
      }
    });
  }

  void gone(MemoryStream stream) {
    streams.remove(stream);
  }

  void seen(NodeId from, NodeId to, MessageLite frame) {
    List<Tap> now;
    lock.lock();
    try {
      now = List.copyOf(taps);
    } finally {
      lock.unlock();
    }
    now.forEach(tap -> tap.sent(from, to, frame));
  }

  /** With the lock held. */
  void send(Flight flight) {
    waiting.add(flight);
    flush(Integer.MAX_VALUE, holding);
  }

  private Transport add(MemoryTransport node) {
    locked(() -> {
      if (nodes.putIfAbsent(node.self(), node) != null) {
        throw new IllegalStateException(node.self() + " has joined already");
      }
    });
    return node;
  }

  private void cutBothWays(NodeId a, NodeId b) {
    cuts.add(new Link(a, b));
    cuts.add(new Link(b, a));
  }

  private void breakStreams(NodeId a, NodeId b) {
    for (MemoryStream stream : List.copyOf(streams)) {
      if (stream.joins(a, b)) {
        stream.lose();
      }
    }
    waiting.removeIf(flight -> flight.to().ended());
  }

  private void endStreamsOf(NodeId id, boolean deaf) {
    for (MemoryStream stream : List.copyOf(streams)) {
      stream.leave(id, deaf);
    }
    waiting.removeIf(flight -> flight.to().ended());
  }

  private boolean blocked(NodeId from, NodeId to) {
    return cuts.contains(new Link(from, to)) || frozen.contains(from) || frozen.contains(to);
  }

  /** Delivers in order; what overtakes nothing on its own stream may pass what waits elsewhere. */
  private int flush(int count, boolean held) {
    int released = 0;
    Set<MemoryStream.End> stuck = new HashSet<>();
    Iterator<Flight> flights = waiting.iterator();
    while (!held && released < count && flights.hasNext()) {
      Flight flight = flights.next();
      MemoryStream.End to = flight.to();
      if (stuck.contains(to) || blocked(to.peer(), to.self())) {
        stuck.add(to);
        continue;
      }
      flights.remove();
      flight.arrive().run();
      released++;
    }
    return released;
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  static NodeException lost(NodeId peer, @Nullable String why) {
    return new NodeException(
        NodeError.UNREACHABLE,
        "The connection to " + peer + " was lost" + (why == null ? "." : ": " + why + "."),
        false,
        0);
  }
}
