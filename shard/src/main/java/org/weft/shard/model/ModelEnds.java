package org.weft.shard.model;

import org.weft.shard.gguf.GgufFile;
import org.weft.shard.kernel.ComputePool;

/**
 * Both ends of a model, which a gateway holds: embedding and output head, sharing a tied matrix.
 */
public record ModelEnds(Embedding embedding, OutputHead head) implements AutoCloseable {
  public static ModelEnds load(
      GgufFile file, ModelConfig config, ComputePool pool, BlockSpan.LoadProgress progress) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static java.util.List<String> tensorNames(GgufFile file, ModelConfig config) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }
}
