package org.weft.tools.command;

import java.util.List;
import org.weft.node.NodeException;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Option;

/** Which swarm, and whom to join it through. */
final class SwarmOptions {
  @Option(
      names = "--join",
      paramLabel = "NODEID@HOST:PORT",
      description =
          "A peer to join through; may be given several times. 'weft keys --address' prints a node's own.")
  private List<String> join = List.of();

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description =
          "The swarm's name: nodes of other names are not spoken to (default: ${DEFAULT-VALUE}).",
      defaultValue = "weft")
  private String network = "weft";

  List<PeerAddress> join() {
    try {
      return join.stream().map(PeerAddress::parse).toList();
    } catch (NodeException wrong) {
      throw new UsageException("--join: " + wrong.getMessage());
    }
  }

  NetworkId network() {
    if (network.isBlank()) {
      throw new UsageException("--network: a swarm needs a name");
    }
    return NetworkId.named(network);
  }
}
