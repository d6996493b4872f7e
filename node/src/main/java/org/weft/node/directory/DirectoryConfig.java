package org.weft.node.directory;

import java.time.Duration;
import java.util.List;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;

/**
 * How a node takes part in its swarm's directory.
 *
 * @param network records of other networks are refused
 * @param join peers to join through; a node with none is a seed
 * @param ttl how long a record of this node stands
 * @param renewal how often records are signed, pushed and pulled again
 * @param deadline of one exchange or ping
 * @param maxRecords that are kept in all
 * @param maxRecordsPerNode that are kept of one node
 * @param maxRecordsPerSource of other nodes that are kept of what one peer tells, but for those
 *     joined through
 * @param maxRecordsPerRange that are kept with addresses in one /24, /48 or domain
 * @param maxPeersPerRound peers that one round talks to
 */
public record DirectoryConfig(
    NetworkId network,
    List<PeerAddress> join,
    Duration ttl,
    Duration renewal,
    Duration deadline,
    int maxRecords,
    int maxRecordsPerNode,
    int maxRecordsPerSource,
    int maxRecordsPerRange,
    int maxPeersPerRound) {
  public DirectoryConfig {
    join = List.copyOf(join);
    if (ttl.toSeconds() < 1 || renewal.isNegative() || renewal.isZero() || deadline.isZero()) {
      throw new NodeException(
          NodeError.ARGUMENT, "a directory needs a ttl, a renewal and a deadline above zero");
    }
    if (renewal.compareTo(ttl) >= 0) {
      throw new NodeException(
          NodeError.ARGUMENT,
          "records that stand for " + ttl + " cannot be renewed every " + renewal);
    }
    if (maxRecords < 1
        || maxRecordsPerNode < 1
        || maxRecordsPerSource < 1
        || maxRecordsPerRange < 1
        || maxPeersPerRound < 1) {
      throw new NodeException(NodeError.ARGUMENT, "a directory's limits must be above zero");
    }
  }

  /** Records stand for 30 s and are renewed every 10 s. */
  public static DirectoryConfig of(NetworkId network, List<PeerAddress> join) {
    return new DirectoryConfig(
        network,
        join,
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        Duration.ofSeconds(3),
        4096,
        8,
        64,
        256,
        64);
  }
}
