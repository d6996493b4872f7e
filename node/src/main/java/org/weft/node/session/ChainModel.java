package org.weft.node.session;

import com.google.protobuf.ByteString;
import java.util.List;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Rounding;
import org.weft.protocol.v1.RowFormat;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.KvType;

/**
 * What a gateway knows of the model whose blocks are elsewhere, and pins in every ticket.
 *
 * @param name for people
 * @param width elements of a hidden state
 * @param context positions
 * @param numerics hash of the conformance results that every hop must share; empty pins none
 * @param roundings where rows are rounded, by ascending block; all else is f32. Block 0 is the way
 *     to the first hop, block {@code blocks} the way back from the tail
 */
public record ChainModel(
    ModelId id,
    String name,
    int blocks,
    int width,
    int context,
    KvType kvType,
    ByteString numerics,
    List<Rounding> roundings) {
  public ChainModel {
    roundings = List.copyOf(roundings);
    if (blocks < 1 || width < 1 || context < 1) {
      throw new NodeException(
          NodeError.ARGUMENT, "a model has blocks, a width and positions, all above zero");
    }
  }

  /** Exact rows everywhere. */
  public static ChainModel exact(
      ModelId id, String name, int blocks, int width, int context, KvType kvType) {
    return new ChainModel(id, name, blocks, width, context, kvType, ByteString.EMPTY, List.of());
  }

  /** How rows stand on the wire before block {@code block}. */
  RowFormat formatBefore(int block) {
    for (Rounding rounding : roundings) {
      if (rounding.getBlock() == block) {
        return rounding.getFormat();
      }
    }
    return RowFormat.ROW_FORMAT_F32;
  }
}
