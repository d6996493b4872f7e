package org.weft.node.serving;

import java.time.Duration;
import org.weft.shard.model.KvType;

/**
 * How a block server shares itself out.
 *
 * @param kvType how the KV pool stores; tickets that ask for another type are refused
 * @param maxLength positions of one session at most; the model's context where that is less
 * @param batchRows rows of one forward pass at most
 * @param decodeRows steps of so many rows or fewer go before prefill
 * @param caps how much is kept for peers
 * @param waits how long it waits for them
 */
public record BlockServerConfig(
    KvType kvType, int maxLength, int batchRows, int decodeRows, Caps caps, Waits waits) {

  /**
   * What is kept for peers at most.
   *
   * @param sessions open at once, and how many of them by one predecessor and for one gateway
   * @param window steps of one session that wait
   * @param outbox frames of one session on their way to the next hop or the collector
   * @param queuedBytes rows of all sessions that wait to be computed or sent
   * @param logBytes output logs of all sessions
   * @param peerShare of the KV pages and output logs, what all sessions of one gateway, or through
   *     one predecessor, may hold: above 0, and 1 is all
   * @param collectors that wait for their session, and how many of them of one peer
   * @param remembered sessions that have ended and whose tickets may still stand
   */
  public record Caps(
      int sessions,
      int sessionsPerPredecessor,
      int sessionsPerGateway,
      int window,
      int outbox,
      long queuedBytes,
      long logBytes,
      double peerShare,
      int collectors,
      int collectorsPerPeer,
      int remembered) {
    public Caps {
      require(sessions > 0 && sessionsPerPredecessor > 0 && sessionsPerGateway > 0, "sessions");
      require(window > 0 && outbox > 0 && queuedBytes > 0 && logBytes >= 0, "queues");
      require(peerShare > 0 && peerShare <= 1, "shares");
      require(collectors > 0 && collectorsPerPeer > 0 && remembered > 0, "collectors");
    }

    public static Caps defaults() {
      return new Caps(512, 256, 256, 32, 64, 256L << 20, 64L << 20, 1, 512, 256, 65_536);
    }

    public Caps withPeerShare(double share) {
      return new Caps(
          sessions,
          sessionsPerPredecessor,
          sessionsPerGateway,
          window,
          outbox,
          queuedBytes,
          logBytes,
          share,
          collectors,
          collectorsPerPeer,
          remembered);
    }
  }

  /**
   * How long a hop waits.
   *
   * @param lease after a stream has ended otherwise than by Close, before all is freed
   * @param firstStep for the first step of a reservation
   * @param announced for that step once the hop above has said that it is coming; so long for each
   *     hop that it passes
   * @param opening for the answer of each hop behind this one
   * @param collector for the Open of a session that is collected already
   * @param closing for the answer to Close
   */
  public record Waits(
      Duration lease,
      Duration firstStep,
      Duration announced,
      Duration opening,
      Duration collector,
      Duration closing) {
    public Waits {
      require(lease.isPositive() && firstStep.isPositive() && opening.isPositive(), "waits");
      require(announced.compareTo(firstStep) >= 0, "waits for a first step");
      require(collector.isPositive() && closing.isPositive(), "waits");
    }

    public static Waits defaults() {
      return new Waits(
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofMinutes(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5));
    }
  }

  public BlockServerConfig {
    require(maxLength > 0, "positions");
    require(batchRows > 0 && decodeRows > 0 && decodeRows <= batchRows, "rows of a batch");
  }

  public static BlockServerConfig defaults() {
    return new BlockServerConfig(KvType.F16, 1 << 20, 256, 16, Caps.defaults(), Waits.defaults());
  }

  public BlockServerConfig withKvType(KvType type) {
    return new BlockServerConfig(type, maxLength, batchRows, decodeRows, caps, waits);
  }

  public BlockServerConfig withMaxLength(int positions) {
    return new BlockServerConfig(kvType, positions, batchRows, decodeRows, caps, waits);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException("a block server cannot work with such " + what);
    }
  }
}
