package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.ComputePool.RangeTask;
import org.weft.shard.kernel.Elementwise;
import org.weft.shard.kernel.Kernels;
import org.weft.shard.kernel.KvFormat;
import org.weft.shard.kernel.KvStore;
import org.weft.shard.kernel.Norms;
import org.weft.shard.kernel.Rope;
import org.weft.shard.model.BlockPlan.Rotary;

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

  private static final int FIRST_SCRATCH_POSITIONS = 512;

  private final int width;
  private final RopeTable rope;
  private final ComputePool pool;
  private final Kernels kernels;
  private final Workspace.Sizes sizes;
  private final int maxChunk;
  private final AttentionRuns runs;
  private final RangeTask normTask = this::norm;
  private final RangeTask projectTask = this::project;
  private final RangeTask attendTask = this::attend;
  private final RangeTask outputTask = this::output;
  private final RangeTask gateUpTask = this::gateUp;
  private final RangeTask downTask = this::down;

  private Workspace work;
  private final MemorySegment[] scratch; // of each worker, for attention
  private int scratchPositions;

  // The chunk and the block at hand.
  private Batch batch;
  private int first;
  private int rows;
  private LoadedBlock block;
  private MemorySegment normWeight;
  private boolean normQuantized;
  private volatile int failedRow;

  /** {@code block}: any, to begin with. */
  BlockForward(
      int width,
      int maxChunk,
      Workspace.Sizes sizes,
      RopeTable rope,
      ComputePool pool,
      LoadedBlock block) {
    this.width = width;
    this.maxChunk = maxChunk;
    this.sizes = sizes;
    this.rope = rope;
    this.pool = pool;
    this.block = block;
    kernels = pool.kernels();
    runs = new AttentionRuns(maxChunk);
    work = new Workspace(kernels, 1, sizes);
    scratch = new MemorySegment[pool.threads()];
    batch = new Batch(1, width);
    normWeight = block.weights().attentionNorm();
  }

  /** Rows [first, first + rows) of the batch come next, at most as many as a chunk has. */
  void begin(Batch batch, int first, int rows) {
    this.batch = batch;
    this.first = first;
    this.rows = rows;
    failedRow = -1;
    if (rows > work.maxRows) {
      work.close();
      work = new Workspace(kernels, Math.min(maxChunk, Integer.highestOneBit(2 * rows - 1)), sizes);
    }
    runs.cut(batch, first, rows);
    rope.reach(runs.longest());
    if (runs.longest() > scratchPositions) {
      scratchPositions =
          Math.max(FIRST_SCRATCH_POSITIONS, Integer.highestOneBit(runs.longest()) * 2);
      allocateScratch();
    }
  }

  private void allocateScratch() {
    long bytes = 0;
    for (KvFormat format : KvFormat.values()) {
      bytes = Math.max(bytes, block.attention(format).scratchBytes(scratchPositions));
    }
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = Arena.ofAuto().allocate(bytes, 64);
    }
  }

  /** The first row of the batch whose hidden state is not finite after the block at hand, or -1. */
  int failedRow() {
    return failedRow;
  }

  /** The block, top to bottom, over the chunk. */
  void run(LoadedBlock block) {
    this.block = block;
    BlockWeights weights = block.weights();
    BlockPlan.Attention attention = weights.plan().attention();
    int feedForward = weights.plan().feedForward().length();

    // hidden -> norm -> queries, keys, values; queries and keys turned, keys and values stored
    normed(weights.attentionNorm(), weights.attentionQuantized());
    pool.run(HeadUnits.count(attention), 1, projectTask);

    // queries, stored keys and values -> attended
    work.attended.shape(rows, attention.queryRows());
    int pieces = runs.count() * attention.kvHeads();
    if (runs.work() * attention.queryRows() < SHARED_WORK) {
      attend(0, 0, pieces);
    } else {
      pool.run(pieces, 1, attendTask);
    }
    if (weights.output().matrix().quantized() && !wholeQuanta(attention)) {
      work.attended.quantize(0, rows, 0, attention.queryRows());
    }

    // attended -> output -> hidden +=
    pool.run(width, GRAIN, outputTask);

    // hidden -> norm -> activation(gate) * up
    normed(weights.feedForwardNorm(), weights.feedForwardQuantized());
    work.activated.shape(rows, feedForward);
    pool.run(feedForward, GRAIN, gateUpTask);

    // activated -> down -> hidden +=
    pool.run(width, GRAIN, downTask);
  }

  private void normed(MemorySegment weight, boolean quantized) {
    normWeight = weight;
    normQuantized = quantized;
    work.normed.shape(rows, width);
    if (rows < SHARED_ROWS) {
      norm(0, 0, rows);
    } else {
      pool.run(rows, SHARED_ROWS / 2, normTask);
    }
  }

  private void norm(int worker, int from, int to) {
    float epsilon = block.weights().plan().epsilon();
    MemorySegment hidden = batch.hidden();
    for (int t = from; t < to; t++) {
      long in = (long) (first + t) * width;
      long out = (long) t * width;
      Norms.rms(kernels, hidden, in, normWeight, width, epsilon, work.normed.values(), out);
    }
    if (normQuantized) {
      work.normed.quantize(from, to, 0, width);
    }
  }

  /** Units of heads: of queries, then keys, then values. */
  private void project(int worker, int fromUnit, int toUnit) {
    BlockWeights weights = block.weights();
    BlockPlan.Attention attention = weights.plan().attention();
    int queryUnits = HeadUnits.queryUnits(attention);
    int kvUnits = HeadUnits.kvUnits(attention);
    int perUnit = HeadUnits.headsPerUnit(attention.headSize());
    for (int unit = fromUnit; unit < toUnit; unit++) {
      if (unit < queryUnits) {
        int head = unit * perUnit;
        projectQueries(attention, head, Math.min(attention.heads(), head + perUnit));
      } else if (unit < queryUnits + kvUnits) {
        int head = (unit - queryUnits) * perUnit;
        projectKeys(attention, head, Math.min(attention.kvHeads(), head + perUnit));
      } else {
        int head = (unit - queryUnits - kvUnits) * perUnit;
        projectValues(attention, head, Math.min(attention.kvHeads(), head + perUnit));
      }
    }
  }

  private void projectQueries(BlockPlan.Attention attention, int fromHead, int toHead) {
    int size = attention.headSize();
    int cols = attention.queryRows();
    block
        .weights()
        .query()
        .rows(kernels, work.normed, fromHead * size, toHead * size, work.queries, cols);
    for (int t = 0; t < rows; t++) {
      turn(work.queries, (long) t * cols + fromHead * size, toHead - fromHead, t);
    }
  }

  private void projectKeys(BlockPlan.Attention attention, int fromHead, int toHead) {
    int size = attention.headSize();
    int cols = attention.kvRows();
    block
        .weights()
        .key()
        .rows(kernels, work.normed, fromHead * size, toHead * size, work.keys, cols);
    for (int t = 0; t < rows; t++) {
      long at = (long) t * cols + fromHead * size;
      turn(work.keys, at, toHead - fromHead, t);
      KvCache cache = batch.cache(first + t);
      int position = batch.position(first + t);
      KvFormat format = cache.layout().type().format();
      for (int head = fromHead; head < toHead; head++) {
        long page = cache.pageOffset(position) + cache.layout().keyOffset(block.index(), head);
        long key = (long) t * cols + head * size;
        int slot = position % KvFormat.POSITIONS;
        KvStore.key(format, work.keys, key, size, cache.memory(), page, slot);
      }
    }
  }

  private void projectValues(BlockPlan.Attention attention, int fromHead, int toHead) {
    int size = attention.headSize();
    int cols = attention.kvRows();
    block
        .weights()
        .value()
        .rows(kernels, work.normed, fromHead * size, toHead * size, work.values, cols);
    for (int t = 0; t < rows; t++) {
      KvCache cache = batch.cache(first + t);
      int position = batch.position(first + t);
      KvFormat format = cache.layout().type().format();
      for (int head = fromHead; head < toHead; head++) {
        long page = cache.pageOffset(position) + cache.layout().valueOffset(block.index(), head);
        long value = (long) t * cols + head * size;
        int slot = position % KvFormat.POSITIONS;
        KvStore.value(format, work.values, value, size, cache.memory(), page, slot);
      }
    }
  }

  /** Turns {@code heads} heads of row t, which begin at element {@code at} of x. */
  private void turn(MemorySegment x, long at, int heads, int t) {
    Rotary rotary = block.weights().plan().rotary();
    int size = block.weights().plan().attention().headSize();
    long row = (long) batch.position(first + t) * rope.pairs();
    Rope.apply(
        kernels,
        rotary.pairing(),
        x,
        at,
        heads,
        size,
        rotary.dimensions(),
        rope.cosines(),
        row,
        rope.sines(),
        row);
  }

  /** Pieces: one KV head of one run of rows, all query heads that share it. */
  private void attend(int worker, int from, int to) {
    BlockWeights weights = block.weights();
    BlockPlan.Attention plan = weights.plan().attention();
    boolean quantize = weights.output().matrix().quantized() && wholeQuanta(plan);
    int cols = plan.queryRows();
    for (int piece = from; piece < to; piece++) {
      int run = piece / plan.kvHeads();
      int head = piece % plan.kvHeads();
      int row = runs.first(run);
      int t = row - first;
      KvCache cache = batch.cache(row);
      KvLayout layout = cache.layout();
      block
          .attention(layout.type().format())
          .rows(
              head,
              work.queries,
              (long) t * cols,
              cols,
              batch.position(row),
              runs.rows(run),
              cache.memory(),
              cache.pageOffsets(),
              layout.keyOffset(block.index(), head),
              layout.valueOffset(block.index(), head),
              scratch[worker],
              work.attended.values(),
              (long) t * cols,
              cols);
      if (quantize) {
        int group = cols / plan.kvHeads();
        work.attended.quantize(t, t + runs.rows(run), head * group, (head + 1) * group);
      }
    }
  }

  /** Whether the heads that share a KV head fill whole blocks of int8 activations. */
  private static boolean wholeQuanta(BlockPlan.Attention attention) {
    return attention.queryRows() / attention.kvHeads() % 32 == 0;
  }

  private void output(int worker, int from, int to) {
    block.weights().output().rows(kernels, work.attended, from, to, work.outputs, width);
    addOutputs(from, to);
  }

  private void gateUp(int worker, int from, int to) {
    BlockWeights weights = block.weights();
    int cols = weights.plan().feedForward().length();
    weights.gate().rows(kernels, work.normed, from, to, work.gates, cols);
    weights.up().rows(kernels, work.normed, from, to, work.ups, cols);
    MemorySegment out = work.activated.values();
    for (int t = 0; t < rows; t++) {
      long at = (long) t * cols + from;
      switch (weights.plan().feedForward().activation()) {
        case SILU ->
            Elementwise.siluMultiply(kernels, work.gates, at, work.ups, at, to - from, out, at);
      }
    }
    if (weights.down().matrix().quantized()) {
      work.activated.quantize(0, rows, from, to);
    }
  }

  private void down(int worker, int from, int to) {
    block.weights().down().rows(kernels, work.activated, from, to, work.outputs, width);
    addOutputs(from, to);
    MemorySegment hidden = batch.hidden();
    for (int row = first; row < first + rows; row++) {
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
    MemorySegment hidden = batch.hidden();
    for (int t = 0; t < rows; t++) {
      long in = (long) (first + t) * width + from;
      Elementwise.add(kernels, hidden, in, work.outputs, (long) t * width + from, to - from);
    }
  }

  @Override
  public void close() {
    work.close();
  }
}
