package org.weft.shard.model;

import org.weft.shard.kernel.Kernels;

/**
 * What the phases of a pass work on: rows of a batch, the block at hand and the buffers. The thread
 * that runs the pass sets it before a phase begins; workers only read it.
 */
final class Chunk {
  final int width;
  final Kernels kernels;
  final RopeTable rope;
  final AttentionRuns runs;
  Workspace work;
  Batch batch;
  LoadedBlock block;

  /** The chunk is rows [first, first + rows) of the batch. */
  int first;

  int rows;

  /** {@code block}: any, to begin with. */
  Chunk(
      int width, int maxRows, Kernels kernels, RopeTable rope, Workspace work, LoadedBlock block) {
    this.width = width;
    this.kernels = kernels;
    this.rope = rope;
    this.work = work;
    this.block = block;
    runs = new AttentionRuns(maxRows);
    batch = new Batch(1, width);
  }

  BlockWeights weights() {
    return block.weights();
  }

  BlockPlan.Attention attention() {
    return block.weights().plan().attention();
  }

  /** The cache of row t of the chunk. */
  KvCache cache(int t) {
    return batch.cache(first + t);
  }

  /** The position of row t of the chunk. */
  int position(int t) {
    return batch.position(first + t);
  }
}
