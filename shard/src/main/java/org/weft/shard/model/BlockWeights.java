package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.TensorInfo;
import org.weft.shard.kernel.PackedMatrix;
import org.weft.shard.model.BlockPlan.Role;
import org.weft.shard.model.BlockPlan.TensorPlan;

/**
 * One block's weights. Immutable.
 *
 * @param attentionNorm f32 [width]
 * @param query [heads * headSize, width]
 * @param key [kvHeads * headSize, width]
 * @param value [kvHeads * headSize, width]
 * @param output [width, heads * headSize]
 * @param feedForwardNorm f32 [width]
 * @param gate [feedForward, width]
 * @param up [feedForward, width]
 * @param down [width, feedForward]
 */
record BlockWeights(
    BlockPlan plan,
    MemorySegment attentionNorm,
    Projection query,
    Projection key,
    Projection value,
    Projection output,
    MemorySegment feedForwardNorm,
    Projection gate,
    Projection up,
    Projection down)
    implements AutoCloseable {

  /** The tensors of one block that the file has; what is missing or misshapen is refused. */
  static List<String> tensorNames(GgufFile file, BlockPlan plan, int block) {
    List<String> names = new ArrayList<>();
    for (TensorPlan tensor : plan.tensors()) {
      String name = tensor.role().tensorName(block);
      if (tensor.optional()) {
        TensorLoader.find(file, name, tensor.shape()).map(TensorInfo::name).ifPresent(names::add);
      } else {
        names.add(TensorLoader.require(file, name, tensor.shape()).name());
      }
    }
    return names;
  }

  static BlockWeights load(
      TensorLoader loader, GgufFile file, BlockPlan plan, int block, Arena arena) {
    Map<Role, PackedMatrix> matrices = new EnumMap<>(Role.class);
    Map<Role, MemorySegment> vectors = new EnumMap<>(Role.class);
    boolean complete = false;
    try {
      for (TensorPlan tensor : plan.tensors()) {
        String name = tensor.role().tensorName(block);
        if (tensor.optional() && file.tensor(name).isEmpty()) {
          continue;
        }
        if (tensor.isMatrix()) {
          matrices.put(tensor.role(), loader.matrix(name, tensor.shape()));
        } else {
          vectors.put(tensor.role(), loader.vector(name, tensor.shape(), arena));
        }
      }
      Assembly parts = new Assembly(matrices, vectors);
      BlockWeights weights =
          new BlockWeights(
              plan,
              parts.vector(Role.ATTENTION_NORM),
              parts.projection(Role.QUERY, Role.QUERY_BIAS),
              parts.projection(Role.KEY, Role.KEY_BIAS),
              parts.projection(Role.VALUE, Role.VALUE_BIAS),
              parts.projection(Role.OUTPUT, Role.OUTPUT_BIAS),
              parts.vector(Role.FEED_FORWARD_NORM),
              parts.projection(Role.GATE, Role.GATE_BIAS),
              parts.projection(Role.UP, Role.UP_BIAS),
              parts.projection(Role.DOWN, Role.DOWN_BIAS));
      complete = true;
      return weights;
    } finally {
      if (!complete) {
        matrices.values().forEach(PackedMatrix::close);
      }
    }
  }

  /** What has been loaded, by role. */
  private record Assembly(Map<Role, PackedMatrix> matrices, Map<Role, MemorySegment> vectors) {
    MemorySegment vector(Role role) {
      return Objects.requireNonNull(vectors.get(role));
    }

    Projection projection(Role matrix, Role bias) {
      return new Projection(Objects.requireNonNull(matrices.get(matrix)), vectors.get(bias));
    }
  }

  private List<Projection> projections() {
    return List.of(query, key, value, output, gate, up, down);
  }

  long packedBytes() {
    return projections().stream().mapToLong(projection -> projection.matrix().bytes()).sum();
  }

  /** The types of all matrices: what decides which kernels compute this block. */
  String signature() {
    StringBuilder signature = new StringBuilder();
    projections().forEach(projection -> signature.append(projection.matrix().type()).append(' '));
    return signature.toString();
  }

  /** Whether the products with the first norm's output need int8 inputs. */
  boolean attentionQuantized() {
    return query.matrix().quantized() || key.matrix().quantized() || value.matrix().quantized();
  }

  /** Whether the products with the second norm's output need int8 inputs. */
  boolean feedForwardQuantized() {
    return gate.matrix().quantized() || up.matrix().quantized();
  }

  @Override
  public void close() {
    projections().forEach(Projection::close);
  }
}
