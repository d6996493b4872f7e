package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.kernel.Activations;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.ComputePool.RangeTask;
import org.weft.shard.kernel.Elementwise;
import org.weft.shard.kernel.Kernels;
import org.weft.shard.kernel.MatMul;
import org.weft.shard.kernel.Norms;
import org.weft.shard.kernel.PackedMatrix;

/** Final norm and output matrix. One thread at a time, until its {@link ModelEnds} is closed. */
public final class OutputHead {
  /** Rows that are computed at once; more go in chunks. */
  private static final int MAX_CHUNK = 64;

  private static final int GRAIN = 64;

  private final PackedMatrix matrix; // [vocabulary, width]
  private final Embedding embedding; // the other end, which is warmed with this one
  private final Arena arena;
  private final MemorySegment norm; // f32 [width]
  private final float epsilon;
  private final ComputePool pool;
  private final Kernels kernels;
  private final RangeTask task = this::vocabularyRange;
  private Activations normed; // f32 and int8 [rows, width]

  // The chunk at hand.
  private MemorySegment logits;
  private int firstRow;
  private int rows;
  private volatile boolean failed;

  private OutputHead(
      PackedMatrix matrix,
      Embedding embedding,
      Arena arena,
      MemorySegment norm,
      float epsilon,
      ComputePool pool) {
    this.matrix = matrix;
    this.embedding = embedding;
    this.arena = arena;
    this.norm = norm;
    this.epsilon = epsilon;
    this.pool = pool;
    kernels = pool.kernels();
    normed = new Activations(kernels, 1, matrix.cols());
    logits = norm;
  }

  static OutputHead load(
      TensorLoader loader,
      ModelConfig config,
      PackedMatrix matrix,
      Embedding embedding,
      ComputePool pool) {
    Arena arena = Arena.ofShared();
    boolean complete = false;
    try {
      MemorySegment norm = loader.vector(EndsPlan.OUTPUT_NORM, normShape(config), arena);
      complete = true;
      return new OutputHead(matrix, embedding, arena, norm, config.ends().epsilon(), pool);
    } finally {
      if (!complete) {
        arena.close();
      }
    }
  }

  static List<Long> normShape(ModelConfig config) {
    return List.of((long) config.width());
  }

  /**
   * hidden f32 [rows, width] to logits f32 [rows, vocabulary]. Logits of a row do not depend on the
   * rows beside it. Workers read and write both, so that neither may be of a confined arena.
   *
   * @throws ShardException NON_FINITE if a logit is no number
   */
  public void logits(MemorySegment hidden, int rows, MemorySegment logits) {
    if (rows > normed.maxRows()) {
      normed.close();
      int capacity = Math.min(MAX_CHUNK, Integer.highestOneBit(2 * rows - 1));
      normed = new Activations(kernels, capacity, matrix.cols());
    }
    this.logits = logits;
    failed = false;
    for (int from = 0; from < rows; from += normed.maxRows()) {
      chunk(hidden, from, Math.min(normed.maxRows(), rows - from));
    }
    if (failed) {
      throw new ShardException(ShardError.NON_FINITE, "a logit is not finite");
    }
  }

  private void chunk(MemorySegment hidden, int from, int count) {
    firstRow = from;
    rows = count;
    int width = matrix.cols();
    normed.shape(count, width);
    for (int t = 0; t < count; t++) {
      long in = (long) (from + t) * width;
      Norms.rms(kernels, hidden, in, norm, width, epsilon, normed.values(), (long) t * width);
    }
    if (matrix.quantized()) {
      normed.quantize(0, count, 0, width);
    }
    pool.run(matrix.rows(), GRAIN, task);
  }

  private void vocabularyRange(int worker, int from, int to) {
    long offset = (long) firstRow * matrix.rows();
    MatMul.rows(matrix, normed, from, to, logits, offset, matrix.rows());
    for (int t = 0; t < rows; t++) {
      long at = offset + (long) t * matrix.rows() + from;
      if (!Elementwise.finite(kernels, logits, at, to - from)) {
        failed = true;
      }
    }
  }

  /** Logits of a row. */
  public int vocabulary() {
    return matrix.rows();
  }

  /**
   * Runs made-up rows until the kernels are compiled, those of the embedding too, or {@code
   * deadlineNanos} of System.nanoTime has passed.
   */
  public void warmUp(long deadlineNanos) {
    WarmUp.ends(embedding, this, pool, deadlineNanos);
  }

  int width() {
    return matrix.cols();
  }

  PackedMatrix matrix() {
    return matrix;
  }

  /** Frees what is its own; the matrix is its {@link ModelEnds}'. */
  void close() {
    normed.close();
    arena.close();
  }
}
