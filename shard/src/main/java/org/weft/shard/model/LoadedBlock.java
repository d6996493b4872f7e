package org.weft.shard.model;

import org.weft.shard.kernel.Attention;
import org.weft.shard.kernel.AttentionShape;
import org.weft.shard.kernel.Kernels;
import org.weft.shard.kernel.KvFormat;

/** A block of the model by its index, with its weights and its attention for either KV format. */
record LoadedBlock(int index, BlockWeights weights, Attention f16, Attention q8) {
  static LoadedBlock of(int index, BlockWeights weights, Kernels kernels) {
    return new LoadedBlock(
        index,
        weights,
        attention(weights, KvFormat.F16, kernels),
        attention(weights, KvFormat.Q8_0, kernels));
  }

  private static Attention attention(BlockWeights weights, KvFormat format, Kernels kernels) {
    BlockPlan.Attention plan = weights.plan().attention();
    int window = plan.window() == 0 ? Integer.MAX_VALUE : plan.window();
    return new Attention(
        kernels,
        new AttentionShape(
            format, plan.heads(), plan.kvHeads(), plan.headSize(), plan.scale(), 0, window));
  }

  Attention attention(KvFormat format) {
    return switch (format) {
      case F16 -> f16;
      case Q8_0 -> q8;
    };
  }
}
