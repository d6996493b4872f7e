package org.weft.shard.model;

import org.weft.shard.kernel.KvFormat;
import org.weft.shard.model.BlockPlan.Attention;

/**
 * Where the keys and values of one page stand: for each block of the span, for each KV head, first
 * its keys and then its values, as {@link KvFormat} lays them out. Immutable.
 */
final class KvLayout {
  private final Span span;
  private final KvType type;
  private final Attention[] blocks;
  private final long[] blockOffsets;
  private final long pageBytes;
  private final int window;

  KvLayout(ModelConfig config, Span span, KvType type) {
    config.check(span);
    this.span = span;
    this.type = type;
    blocks = new Attention[span.blocks()];
    blockOffsets = new long[span.blocks()];
    long offset = 0;
    int widest = 0;
    boolean everyBlock = true;
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = config.plan(span.start() + i).attention();
      blockOffsets[i] = offset;
      offset += blocks[i].kvHeads() * headBytes(blocks[i]);
      everyBlock &= blocks[i].window() != 0;
      widest = Math.max(widest, blocks[i].window());
    }
    pageBytes = offset;
    window = everyBlock ? widest : 0;
  }

  private long headBytes(Attention attention) {
    KvFormat format = type.format();
    return format.keyBytes(attention.headSize()) + format.valueBytes(attention.headSize());
  }

  Span span() {
    return span;
  }

  KvType type() {
    return type;
  }

  /** Bytes of 32 positions over all blocks. */
  long pageBytes() {
    return pageBytes;
  }

  /** Positions that some block still needs; 0 where a block needs all. */
  int window() {
    return window;
  }

  /** Whether keys and values of {@code block} are of that shape. */
  boolean holds(int block, Attention attention) {
    return span.start() <= block
        && block < span.end()
        && blocks[block - span.start()].equals(attention);
  }

  /** Bytes from a page's start to the keys of {@code kvHead}. */
  long keyOffset(int block, int kvHead) {
    int i = block - span.start();
    return blockOffsets[i] + kvHead * headBytes(blocks[i]);
  }

  /** Bytes from a page's start to the values of {@code kvHead}. */
  long valueOffset(int block, int kvHead) {
    int i = block - span.start();
    return keyOffset(block, kvHead) + type.format().keyBytes(blocks[i].headSize());
  }
}
