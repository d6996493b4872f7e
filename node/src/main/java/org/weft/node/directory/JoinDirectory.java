package org.weft.node.directory;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.Timers;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.PeerRecord;
import org.weft.shard.manifest.ModelId;

/**
 * A directory by joining: every node pushes its own signed records to the peers that it joined
 * through and to those it has learnt of, and pulls theirs, once a renewal. A node that publishes
 * nothing (a gateway) only pulls. The life of a record: signed, pushed, checked ({@link
 * RecordTable}), proven by a dial ({@link ProvenPeers}), renewed, and withdrawn or forgotten.
 *
 * <p>Threads: rounds run one at a time, on the injected timers' threads or on the caller's of
 * {@link #refresh}; within a round peers are spoken to in parallel, each with a deadline.
 */
public final class JoinDirectory implements Directory {
  /** While a peer joined through has not been reached yet, rounds come this soon after another. */
  private static final Duration FIRST_RETRY = Duration.ofMillis(250);

  /** Samples of round trips in this node's own record. */
  private static final int RTT_SAMPLES = 8;

  private static final String NOT_TRIED = "not reached yet";

  /** How a peer joined through was last found. The sentence is empty where all is well. */
  public record Join(PeerAddress peer, boolean reached, String sentence) {}

  private final DirectoryConfig config;
  private final Transport transport;
  private final Timers timers;
  private final RecordTable table;
  private final ProvenPeers proven;
  private final OwnRecords own;
  private final ExchangeDesk desk;
  private final Map<NodeId, Join> joins = new ConcurrentHashMap<>();
  private final ReentrantLock round = new ReentrantLock(true);
  private volatile Consumer<Join> watcher = join -> {};
  private volatile boolean closed;
  private long rounds; // guarded by round
  private Duration retry = FIRST_RETRY; // guarded by round
  private Timers.@Nullable Timer next; // guarded by this

  private JoinDirectory(
      NodeKey key, DirectoryConfig config, Transport transport, Timers timers, Clock clock) {
    this.config = config;
    this.transport = transport;
    this.timers = timers;
    proven = new ProvenPeers(transport, timers, config.deadline());
    table = new RecordTable(config, clock, record -> proven.roundTrip(record).isPresent());
    own = new OwnRecords(key, config, clock);
    desk = new ExchangeDesk(config, table, own, transport.self());
    for (PeerAddress peer : config.join()) {
      if (!peer.id().equals(transport.self())) {
        joins.put(peer.id(), new Join(peer, false, NOT_TRIED));
      }
    }
  }

  /** Joins, and goes on in the background until {@link #close}. */
  public static JoinDirectory start(
      NodeKey key, DirectoryConfig config, Transport transport, Timers timers, Clock clock) {
    JoinDirectory directory = new JoinDirectory(key, config, transport, timers, clock);
    directory.schedule(Duration.ZERO);
    return directory;
  }

  @Override
  public void publish(PeerRecord record) {
    own.say(record);
    // Others may pull it before the next round comes.
    own.sign(proven.nearest(RTT_SAMPLES)).forEach(table::store);
    schedule(Duration.ZERO);
  }

  @Override
  public List<VerifiedRecord> records(ModelId model) {
    return table.standing().stream().filter(record -> record.model().equals(model)).toList();
  }

  @Override
  public List<VerifiedRecord> records() {
    return table.standing();
  }

  @Override
  public Optional<Duration> roundTrip(VerifiedRecord record) {
    return proven.roundTrip(record);
  }

  /** How the peers joined through were last found, for people. */
  public List<Join> joins() {
    return config.join().stream()
        .map(peer -> joins.get(peer.id()))
        .filter(Objects::nonNull)
        .toList();
  }

  /**
   * Tells {@code watcher} now of peers joined through that were tried in vain, and later of each
   * that is in vain for another reason, or no more; the latter on threads of the directory.
   */
  public void watch(Consumer<Join> watcher) {
    this.watcher = watcher;
    joins().stream()
        .filter(join -> !join.reached() && !join.sentence().equals(NOT_TRIED))
        .forEach(watcher);
  }

  @Override
  public ExchangeReply exchange(NodeId peer, ExchangeRequest request) {
    return desk.exchange(peer, request);
  }

  @Override
  public void refresh() {
    runRound(config.deadline().multipliedBy(3));
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (next != null) {
        next.cancel();
      }
    }
    if (own.isSilent()) {
      return;
    }
    List<VerifiedRecord> last = own.withdraw();
    List<PeerAddress> peers = List.copyOf(peers().values());
    ParallelCalls.run(peers, peer -> say(peer, last), config.deadline());
  }

  private synchronized void schedule(Duration delay) {
    if (closed) {
      return;
    }
    if (next != null) {
      next.cancel();
    }
    next =
        timers.after(
            delay,
            () -> {
              try {
                runRound(config.deadline());
              } finally {
                schedule(pause());
              }
            });
  }

  /** Until the next round: soon while nobody has been reached, for nodes start in any order. */
  private Duration pause() {
    boolean waiting = joins.values().stream().anyMatch(join -> !join.reached());
    round.lock();
    try {
      if (!waiting) {
        retry = FIRST_RETRY;
        return config.renewal();
      }
      Duration pause = retry;
      retry = min(retry.multipliedBy(2), config.renewal());
      return min(pause, config.renewal());
    } finally {
      round.unlock();
    }
  }

  /** One round, or a wait for the one that another caller is in the middle of. */
  private void runRound(Duration patience) {
    try {
      if (!round.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      if (!closed) {
        rounds++;
        speakToPeers();
      }
    } finally {
      round.unlock();
    }
  }

  private void speakToPeers() {
    List<VerifiedRecord> fresh = own.sign(proven.nearest(RTT_SAMPLES));
    fresh.forEach(table::store);
    Map<NodeId, PeerAddress> peers = peers();
    ParallelCalls.run(
        List.copyOf(peers.values()), peer -> exchangeWith(peer, fresh), config.deadline());
    proveThoseDue();
    if (!own.isSilent()) {
      // Those that this round has taught us of should not wait for the next one.
      List<PeerAddress> learnt = new ArrayList<>();
      peers().forEach((id, peer) -> addUnlessSpokenTo(learnt, peers.keySet(), id, peer));
      ParallelCalls.run(learnt, peer -> exchangeWith(peer, fresh), config.deadline());
    }
    proven.retain(table.standing());
  }

  private static void addUnlessSpokenTo(
      List<PeerAddress> into, Set<NodeId> spokenTo, NodeId id, PeerAddress peer) {
    if (!spokenTo.contains(id)) {
      into.add(peer);
    }
  }

  private void proveThoseDue() {
    List<VerifiedRecord> due = table.standing().stream().filter(proven::isDue).toList();
    ParallelCalls.run(inTurn(due, config.maxPeersPerRound()), proven::prove, config.deadline());
  }

  /**
   * Whom a round speaks to: the peers joined through first, then those learnt, in turn where there
   * are more than a round takes. One that only pulls needs the learnt ones only while none of the
   * others answers.
   */
  private Map<NodeId, PeerAddress> peers() {
    Map<NodeId, PeerAddress> peers = new LinkedHashMap<>();
    for (PeerAddress peer : config.join()) {
      if (joins.containsKey(peer.id())) {
        peers.put(peer.id(), peer);
      }
    }
    boolean reached = joins.values().stream().anyMatch(Join::reached);
    if (own.isSilent() && reached) {
      return peers;
    }
    List<VerifiedRecord> learnt =
        table.standing().stream().filter(r -> !r.node().equals(transport.self())).toList();
    for (VerifiedRecord record : inTurn(learnt, config.maxPeersPerRound() - peers.size())) {
      peers.putIfAbsent(record.node(), record.address());
    }
    return peers;
  }

  /** {@code count} of the list at most, others each round, so that nobody can starve the rest. */
  private List<VerifiedRecord> inTurn(List<VerifiedRecord> all, int count) {
    if (all.size() <= count) {
      return all;
    }
    List<VerifiedRecord> some = new ArrayList<>(Math.max(count, 0));
    int first = (int) (rounds * Math.max(count, 1) % all.size());
    for (int i = 0; i < count; i++) {
      some.add(all.get((first + i) % all.size()));
    }
    return some;
  }

  private void exchangeWith(PeerAddress peer, List<VerifiedRecord> fresh) {
    try {
      ExchangeReply reply = transport.exchange(peer, desk.request(fresh), config.deadline());
      desk.take(
          reply.getRecordsList(), new RecordTable.Source(peer.id(), joins.containsKey(peer.id())));
      found(peer, "");
    } catch (NodeException unreachable) {
      found(peer, String.valueOf(unreachable.getMessage()));
    }
  }

  private void say(PeerAddress peer, List<VerifiedRecord> last) {
    try {
      var unused = transport.exchange(peer, desk.request(last), config.deadline());
    } catch (NodeException unreachable) {
      // It forgets us when the record's ttl ends.
    }
  }

  private void found(PeerAddress peer, String sentence) {
    Join before = joins.get(peer.id());
    if (before == null) {
      return; // learnt, not joined through
    }
    Join now = new Join(before.peer(), sentence.isEmpty(), sentence);
    joins.put(peer.id(), now);
    boolean first = now.reached() && before.sentence().equals(NOT_TRIED);
    if (!now.equals(before) && !first) {
      watcher.accept(now);
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
