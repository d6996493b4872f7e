package org.weft.node.routing;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Set;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/**
 * What a chain is wanted for.
 *
 * @param modelName the name that people know the model by
 * @param blocks of the model: a chain covers [0, blocks)
 * @param maxLength positions that every hop must accept
 * @param numerics where not empty, only peers of this class compute
 * @param without peers that are left out
 * @param byHand where not empty, exactly these hops are taken
 */
public record RouteRequest(
    ModelId model,
    String modelName,
    int blocks,
    int maxLength,
    ByteString numerics,
    Set<NodeId> without,
    List<Stretch> byHand) {
  public RouteRequest {
    without = Set.copyOf(without);
    byHand = List.copyOf(byHand);
    if (blocks < 1) {
      throw new NodeException(NodeError.ARGUMENT, "a model has a block at least, not " + blocks);
    }
    if (maxLength < 1) {
      throw new NodeException(
          NodeError.ARGUMENT, "a session has a position at least, not " + maxLength);
    }
  }

  /** A hop chosen by hand. */
  public record Stretch(NodeId node, Span span) {}

  /** Any peers that serve the model. */
  public static RouteRequest of(ModelId model, String modelName, int blocks, int maxLength) {
    return new RouteRequest(
        model, modelName, blocks, maxLength, ByteString.EMPTY, Set.of(), List.of());
  }

  public RouteRequest pinned(ByteString numerics) {
    return new RouteRequest(model, modelName, blocks, maxLength, numerics, without, byHand);
  }

  public RouteRequest leavingOut(Set<NodeId> without) {
    return new RouteRequest(model, modelName, blocks, maxLength, numerics, without, byHand);
  }

  public RouteRequest through(List<Stretch> byHand) {
    return new RouteRequest(model, modelName, blocks, maxLength, numerics, without, byHand);
  }
}
