package org.weft.shard.model;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.Elementwise;
import org.weft.shard.kernel.Kernels;
import org.weft.shard.kernel.Norms;
import org.weft.shard.kernel.Stage;

/**
 * One block over one chunk of rows, in four runs of the compute pool: attention (norm; queries,
 * keys and values, turned and stored; attend), output and residual, gate and up (norm; activation),
 * down and residual. Stages of one run wait for the parts that they need: attention of a head for
 * that head's projections, and not for those of others.
 *
 * <p>One thread at a time; all state of a pass is in fields, set before a run begins, so that no
 * step allocates. No value depends on the order in which ranges are computed.
 */
final class BlockForward implements AutoCloseable {
  /** Output rows that a worker takes at a time. */
  private static final int GRAIN = 64;

  /** Output rows at which static ranges end: whole panels, and whole blocks once quantised. */
  private static final int ALIGN = 32;

  /** Rows that are normed or quantised at a time. */
  private static final int NORM_ROWS = 4;

  private final int width;
  private final int maxChunk;
  private final Workspace.Sizes sizes;
  private final ComputePool pool;
  private final Kernels kernels;
  private final Chunk chunk;
  private final AttendPhase attend;
  private final Stage normStage;
  private final Stage projectStage;
  private final Stage attendStage;
  private final Stage quantizeStage;
  private final Stage outputStage;
  private final Stage gateUpStage;
  private final Stage downStage;
  private final List<Stage> attentionRun;
  private final List<Stage> outputRun;
  private final List<Stage> gateUpRun;
  private final List<Stage> downRun;
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
    normStage = pool.stage(1, NORM_ROWS, this::norm);
    projectStage = pool.stage(1, 1, new ProjectPhase(chunk, normStage));
    attend = new AttendPhase(chunk, projectStage, blocks, pool.threads());
    attendStage = pool.stage(1, 1, attend);
    quantizeStage = pool.stage(1, NORM_ROWS, this::quantizeAttended);
    outputStage = pool.stage(ALIGN, GRAIN, this::output);
    gateUpStage = pool.stage(ALIGN, GRAIN, this::gateUp);
    downStage = pool.stage(ALIGN, GRAIN, this::down);
    attentionRun = List.of(normStage, projectStage, attendStage);
    outputRun = List.of(quantizeStage, outputStage);
    gateUpRun = List.of(normStage, gateUpStage);
    downRun = List.of(downStage);
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
    // queries, stored keys and values -> attended
    toNorm(weights.attentionNorm(), weights.attentionQuantized());
    projectStage.cover(HeadUnits.count(attention), HeadUnits.perGroup(attention));
    work.attended.shape(chunk.rows, attention.queryRows());
    attendStage.cover(attend.pieces(), 0);
    pool.run(attentionRun);

    // attended -> output -> hidden +=
    boolean toQuantize = weights.output().matrix().quantized() && !attend.quantizes();
    quantizeStage.cover(toQuantize ? chunk.rows : 0);
    outputStage.cover(width, 0);
    pool.run(outputRun);

    // hidden -> norm -> activation(gate) * up
    toNorm(weights.feedForwardNorm(), weights.feedForwardQuantized());
    work.activated.shape(chunk.rows, feedForward);
    gateUpStage.cover(feedForward, 0);
    pool.run(gateUpRun);

    // activated -> down -> hidden +=
    downStage.cover(width, 0);
    pool.run(downRun);
  }

  private void toNorm(MemorySegment weight, boolean quantized) {
    normWeight = weight;
    normQuantized = quantized;
    chunk.work.normed.shape(chunk.rows, width);
    normStage.cover(chunk.rows);
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

  /** Where heads are not whole blocks, so that attention could not do it. */
  private void quantizeAttended(int worker, int from, int to) {
    chunk.work.attended.quantize(from, to, 0, chunk.attention().queryRows());
  }

  private void output(int worker, int from, int to) {
    quantizeStage.await(0);
    Workspace work = chunk.work;
    chunk.weights().output().rows(kernels, work.attended, from, to, work.outputs, width);
    addOutputs(from, to);
  }

  private void gateUp(int worker, int from, int to) {
    normStage.await(0);
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
