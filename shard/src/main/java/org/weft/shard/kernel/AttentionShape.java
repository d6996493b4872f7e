package org.weft.shard.kernel;

/**
 * What the heads of one block have in common.
 *
 * @param format how keys and values are stored
 * @param heads query heads
 * @param kvHeads heads of keys and values, each shared by heads / kvHeads query heads
 * @param headSize elements of one head
 * @param scale of q·k, {@code (float) (1 / sqrt(headSize))} as a rule
 * @param softCap of the scaled scores, 0 for none
 * @param window positions that are seen, the own one included; {@link Integer#MAX_VALUE} for all
 */
public record AttentionShape(
    KvFormat format, int heads, int kvHeads, int headSize, float scale, float softCap, int window) {
  public AttentionShape {
    if (kvHeads < 1 || heads % kvHeads != 0 || heads < 1 || headSize < 1 || window < 1) {
      throw new IllegalArgumentException(
          "heads %d over %d of %d, window %d".formatted(heads, kvHeads, headSize, window));
    }
  }

  /** Query heads that share one head of keys and values. */
  public int group() {
    return heads / kvHeads;
  }
}
