package org.weft.shard.model;

import java.util.ArrayList;
import java.util.List;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.PackedMatrix;

/**
 * Both ends of a model, which a gateway holds: embedding and output head, sharing a tied matrix.
 */
public record ModelEnds(Embedding embedding, OutputHead head) implements AutoCloseable {
  /**
   * Touches only the tensors of the ends; {@code progress} hears of bytes packed so far and in all.
   * The head computes on {@code pool}.
   */
  public static ModelEnds load(
      GgufFile file, ModelConfig config, ComputePool pool, BlockSpan.LoadProgress progress) {
    TensorLoader loader = new TensorLoader(file, pool, progress, tensorNames(file, config));
    List<PackedMatrix> loaded = new ArrayList<>();
    boolean complete = false;
    try {
      loaded.add(loader.matrix(EndsPlan.EMBEDDING, matrixShape(config)));
      if (!config.ends().tied()) {
        loaded.add(loader.matrix(EndsPlan.OUTPUT, matrixShape(config)));
      }
      file.checkUnchanged();
      Embedding embedding = new Embedding(loaded.getFirst());
      OutputHead head = OutputHead.load(loader, config, loaded.getLast(), embedding, pool);
      complete = true;
      return new ModelEnds(embedding, head);
    } finally {
      if (!complete) {
        loaded.forEach(PackedMatrix::close);
      }
    }
  }

  /** The names of the tensors that the ends need. */
  public static List<String> tensorNames(GgufFile file, ModelConfig config) {
    List<String> names = new ArrayList<>();
    names.add(TensorLoader.require(file, EndsPlan.EMBEDDING, matrixShape(config)).name());
    names.add(
        TensorLoader.require(file, EndsPlan.OUTPUT_NORM, OutputHead.normShape(config)).name());
    if (!config.ends().tied()) {
      names.add(TensorLoader.require(file, EndsPlan.OUTPUT, matrixShape(config)).name());
    }
    return names;
  }

  private static List<Long> matrixShape(ModelConfig config) {
    return List.of((long) config.width(), (long) config.vocabulary());
  }

  /** Bytes of packed weights; a tied matrix counts once. */
  public long packedBytes() {
    long bytes = embedding.matrix().bytes();
    return head.matrix() == embedding.matrix() ? bytes : bytes + head.matrix().bytes();
  }

  @Override
  public void close() {
    head.close();
    embedding.matrix().close();
    if (head.matrix() != embedding.matrix()) {
      head.matrix().close();
    }
  }
}
