package org.weft.shard.model;

/**
 * What stands before the first block and after the last.
 *
 * @param epsilon added to the mean square in the final RMS norm
 * @param tied whether the embedding serves as output matrix too
 */
public record EndsPlan(float epsilon, boolean tied) {
  static final String EMBEDDING = "token_embd.weight";
  static final String OUTPUT_NORM = "output_norm.weight";
  static final String OUTPUT = "output.weight";
}
