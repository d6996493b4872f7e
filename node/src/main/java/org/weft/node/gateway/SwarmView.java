package org.weft.node.gateway;

import java.util.List;
import java.util.Optional;
import org.weft.shard.model.Span;

/**
 * What {@code /weft/status} tells of the chain behind a gateway; who composes the gateway fills it
 * from its directory.
 *
 * @param modelId content hash of the model, as text
 * @param blocks of the model
 * @param local whether every block runs in the gateway's own process, without a swarm
 */
public record SwarmView(String model, String modelId, int blocks, boolean local, List<Node> nodes) {
  public SwarmView {
    nodes = List.copyOf(nodes);
  }

  /**
   * One block server.
   *
   * @param metrics address of its {@code /metrics}, where it says one
   * @param status "serving", "draining", …
   */
  public record Node(
      String id, Span span, List<String> addresses, Optional<String> metrics, String status) {
    public Node {
      addresses = List.copyOf(addresses);
    }
  }

  /** Whether every block is served by some node, or here. */
  public boolean complete() {
    int covered = local ? blocks : 0;
    boolean grew = true;
    while (covered < blocks && grew) {
      grew = false;
      for (Node node : nodes) {
        if (node.span().start() <= covered && node.span().end() > covered) {
          covered = node.span().end();
          grew = true;
        }
      }
    }
    return covered >= blocks;
  }
}
