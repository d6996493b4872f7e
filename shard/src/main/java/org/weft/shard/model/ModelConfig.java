package org.weft.shard.model;

import java.util.List;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;

/**
 * The numbers that describe a model, read from its metadata and checked against sane bounds and the
 * shapes of its tensors.
 *
 * @param architecture as {@code general.architecture} names it
 * @param name the name that people know it by
 * @param blocks transformer layers
 * @param width elements of a hidden state
 * @param vocabulary rows of the embedding, and logits of a position
 * @param context positions that the model was made for
 * @param ends what stands before the first block and after the last
 * @param plans what each block consists of
 */
public record ModelConfig(
    String architecture,
    String name,
    int blocks,
    int width,
    int vocabulary,
    int context,
    EndsPlan ends,
    List<BlockPlan> plans) {

  public ModelConfig {
    plans = List.copyOf(plans);
    if (plans.size() != blocks) {
      throw new ShardException(
          ShardError.ARGUMENT, plans.size() + " block plans for " + blocks + " blocks");
    }
  }

  /**
   * Reads and checks the configuration of a model file.
   *
   * @throws ShardException UNSUPPORTED for an architecture, feature or tensor that Weft does not
   *     compute, FORMAT for a number or tensor that is missing or cannot be right; the sentence
   *     names it
   */
  public static ModelConfig of(GgufFile file) {
    return ConfigReader.read(file);
  }

  /** The whole model as one span. */
  public Span wholeSpan() {
    return new Span(0, blocks);
  }

  BlockPlan plan(int block) {
    return plans.get(block);
  }

  /** Refuses a span that reaches beyond the last block. */
  void check(Span span) {
    if (span.end() > blocks) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "blocks " + span + " were asked for, but the model has only blocks 0:" + blocks);
    }
  }
}
