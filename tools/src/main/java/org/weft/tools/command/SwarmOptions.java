package org.weft.tools.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.weft.node.NodeException;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;
import org.weft.tools.user.UsageException;
import org.weft.tools.user.UserException;
import picocli.CommandLine.Option;

/** Which swarm, and whom to join it through. */
final class SwarmOptions {
  @Option(
      names = "--join",
      paramLabel = "NODEID@HOST:PORT",
      description =
          "A peer to join through, or @FILE with one a line; may be given several times. 'weft keys --address' prints a node's own.")
  private List<String> join = List.of();

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description =
          "The swarm's name: nodes of other names are not spoken to (default: ${DEFAULT-VALUE}).",
      defaultValue = "weft")
  private String network = "weft";

  List<PeerAddress> join() {
    List<PeerAddress> peers = new ArrayList<>();
    for (String text : join) {
      if (text.startsWith("@")) {
        peers.addAll(listed(Path.of(text.substring(1))));
      } else {
        peers.add(peer(text, ""));
      }
    }
    return peers;
  }

  private static List<PeerAddress> listed(Path file) {
    try {
      List<PeerAddress> peers =
          Files.readString(file)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .map(line -> peer(line, file + ": "))
              .toList();
      if (peers.isEmpty()) {
        throw new UserException("--join: " + file + " names no peer");
      }
      return peers;
    } catch (IOException unreadable) {
      throw new UserException("--join: cannot read the file " + file, unreadable);
    }
  }

  private static PeerAddress peer(String text, String where) {
    try {
      return PeerAddress.parse(text);
    } catch (NodeException wrong) {
      throw new UsageException("--join: " + where + wrong.getMessage());
    }
  }

  NetworkId network() {
    if (network.isBlank()) {
      throw new UsageException("--network: a swarm needs a name");
    }
    return NetworkId.named(network);
  }
}
