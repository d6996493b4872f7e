package org.weft.shard.model;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.ComputePool.RangeTask;
import org.weft.shard.kernel.Elementwise;
import org.weft.shard.kernel.Kernels;
import org.weft.shard.kernel.Norms;

/**
 * One block over one chunk of rows. A block is five phases, each a range that the compute pool cuts
 * among its threads: project (queries, keys and values; turned and stored), attend, output (and
 * residual), gate and up (and activation), down (and residual). What lies between is small and done
 * by the caller, or, over many rows, shared by row.
 *
 * <p>One thread at a time; all state of a pass is in fields, set before a phase begins, so that no
 * step allocates. No value depends on the order in which ranges are computed.
 */
final class BlockForward implements AutoCloseable {
  /** Output rows that a worker takes at a time: whole panels of the packed layout. */
  private static final int GRAIN = 32;

  /** Rows from which row by row work is shared. */
  private static final int SHARED_ROWS = 8;

  /** Multiply-adds below which attention is not worth waking others. */
  private static final long SHARED_WORK = 50_000;

  private final int width;
  private final int maxChunk;
  private final Workspace.Sizes sizes;
  private final ComputePool pool;
  private final Kernels kernels;
  private final Chunk chunk;
  private final ProjectPhase project;
  private final AttendPhase attend;
  private final RangeTask normTask = this::norm;
  private final RangeTask outputTask = this::output;
  private final RangeTask gateUpTask = this::gateUp;
  private final RangeTask downTask = this::down;
  private MemorySegment normWeight;
  private boolean normQuantized;
  private volatile int failedRow;

  /** {@code blocks}: all that it will run. */
  BlockForward(
      int width,
      int maxChunk,
      Workspace.Sizes sizes,
      RopeTable rope,
      ComputePool pool,
      List<LoadedBlock> blocks) {
    this.width = width;
    this.maxChunk = maxChunk;
    this.sizes = sizes;
    this.pool = pool;
    kernels = pool.kernels();
    Workspace work = new Workspace(kernels, 1, sizes);
    chunk = new Chunk(width, maxChunk, kernels, rope, work, blocks.getFirst());
    project = new ProjectPhase(chunk);
    attend = new AttendPhase(chunk, blocks, pool.threads());
    normWeight = chunk.weights().attentionNorm();
  }

  /** Rows [first, first + rows) of the batch come next, at most as many as a chunk has. */
  void begin(Batch batch, int first, int rows) {
    chunk.batch = batch;
    chunk.first = first;
    chunk.rows = rows;
    failedRow = -1;
    if (rows > chunk.work.maxRows) {
      int capacity = Math.min(maxChunk, Integer.highestOneBit(2 * rows - 1));
      chunk.work.close();
      chunk.work = new Workspace(kernels, capacity, sizes);
    }
    chunk.runs.cut(batch, first, rows);
    chunk.rope.reach(chunk.runs.longest());
    attend.prepare();
  }

  /** The first row of the batch whose hidden state is not finite after the block at hand, or -1. */
  int failedRow() {
    return failedRow;
  }

  /** The block, top to bottom, over the chunk. */
  void run(LoadedBlock block) {
    chunk.block = block;
    Workspace work = chunk.work;
    BlockWeights weights = block.weights();
    BlockPlan.Attention attention = weights.plan().attention();
    int feedForward = weights.plan().feedForward().length();

    // hidden -> norm -> queries, keys, values; queries and keys turned, keys and values stored
    normed(weights.attentionNorm(), weights.attentionQuantized());
    pool.run(HeadUnits.count(attention), 1, project);

    // queries, stored keys and values -> attended
    work.attended.shape(chunk.rows, attention.queryRows());
    if (attend.multiplyAdds() < SHARED_WORK) {
      attend.run(0, 0, attend.pieces());
    } else {
      pool.run(attend.pieces(), 1, attend);
    }
    if (weights.output().matrix().quantized() && !attend.quantizes()) {
      work.attended.quantize(0, chunk.rows, 0, attention.queryRows());
    }

    // attended -> output -> hidden +=
    pool.run(width, GRAIN, outputTask);

    // hidden -> norm -> activation(gate) * up
    normed(weights.feedForwardNorm(), weights.feedForwardQuantized());
    work.activated.shape(chunk.rows, feedForward);
    pool.run(feedForward, GRAIN, gateUpTask);

    // activated -> down -> hidden +=
    pool.run(width, GRAIN, downTask);
  }

  private void normed(MemorySegment weight, boolean quantized) {
    normWeight = weight;
    normQuantized = quantized;
    chunk.work.normed.shape(chunk.rows, width);
    if (chunk.rows < SHARED_ROWS) {
      norm(0, 0, chunk.rows);
    } else {
      pool.run(chunk.rows, SHARED_ROWS / 2, normTask);
    }
  }

  private void norm(int worker, int from, int to) {
    float epsilon = chunk.weights().plan().epsilon();
    MemorySegment hidden = chunk.batch.hidden();
    MemorySegment normed = chunk.work.normed.values();
    for (int t = from; t < to; t++) {
      long in = (long) (chunk.first + t) * width;
      Norms.rms(kernels, hidden, in, normWeight, width, epsilon, normed, (long) t * width);
    }
    if (normQuantized) {
      chunk.work.normed.quantize(from, to, 0, width);
    }
  }

  private void output(int worker, int from, int to) {
    Workspace work = chunk.work;
    chunk.weights().output().rows(kernels, work.attended, from, to, work.outputs, width);
    addOutputs(from, to);
  }

  private void gateUp(int worker, int from, int to) {
    Workspace work = chunk.work;
    BlockWeights weights = chunk.weights();
    int cols = weights.plan().feedForward().length();
    weights.gate().rows(kernels, work.normed, from, to, work.gates, cols);
    weights.up().rows(kernels, work.normed, from, to, work.ups, cols);
    MemorySegment out = work.activated.values();
    for (int t = 0; t < chunk.rows; t++) {
      long at = (long) t * cols + from;
      switch (weights.plan().feedForward().activation()) {
        case SILU ->
            Elementwise.siluMultiply(kernels, work.gates, at, work.ups, at, to - from, out, at);
      }
    }
    if (weights.down().matrix().quantized()) {
      work.activated.quantize(0, chunk.rows, from, to);
    }
  }

  private void down(int worker, int from, int to) {
    Workspace work = chunk.work;
    chunk.weights().down().rows(kernels, work.activated, from, to, work.outputs, width);
    addOutputs(from, to);
    MemorySegment hidden = chunk.batch.hidden();
    for (int row = chunk.first; row < chunk.first + chunk.rows; row++) {
      if (!Elementwise.finite(kernels, hidden, (long) row * width + from, to - from)) {
        failed(row);
      }
    }
  }

  /** Keeps the first: what a session's later rows attend to is no fault of theirs. */
  private synchronized void failed(int row) {
    failedRow = failedRow < 0 ? row : Math.min(failedRow, row);
  }

  /** hidden += outputs, in columns [from, to). */
  private void addOutputs(int from, int to) {
    MemorySegment hidden = chunk.batch.hidden();
    for (int t = 0; t < chunk.rows; t++) {
      long into = (long) (chunk.first + t) * width + from;
      long what = (long) t * width + from;
      Elementwise.add(kernels, hidden, into, chunk.work.outputs, what, to - from);
    }
  }

  @Override
  public void close() {
    chunk.work.close();
  }
}
