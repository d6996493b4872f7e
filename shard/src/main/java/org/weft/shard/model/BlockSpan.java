package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.TensorInfo;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.model.BlockPlan.Rotary;

/**
 * The weights of a span, packed, and the memory that a forward pass works in. Weights are immutable
 * after load; forward is called by one thread at a time.
 */
public final class BlockSpan implements AutoCloseable {
  private final ModelConfig config;
  private final Span span;
  private final Arena arena;
  private final List<LoadedBlock> blocks;
  private final SpanForward forward;
  private final ComputePool pool;
  private boolean closed;

  private BlockSpan(
      ModelConfig config,
      Span span,
      Arena arena,
      List<LoadedBlock> blocks,
      SpanForward forward,
      ComputePool pool) {
    this.config = config;
    this.span = span;
    this.arena = arena;
    this.blocks = List.copyOf(blocks);
    this.forward = forward;
    this.pool = pool;
  }

  /**
   * Touches only the tensors of the span; {@code progress} hears of bytes packed so far and in all.
   *
   * @throws ShardException FORMAT or UNSUPPORTED for a tensor that is missing, misshapen or of a
   *     type that cannot stand there, NON_FINITE for a weight that is no number; the sentence names
   *     the tensor
   */
  public static BlockSpan load(
      GgufFile file, ModelConfig config, Span span, ComputePool pool, LoadProgress progress) {
    TensorLoader loader = new TensorLoader(file, pool, progress, tensorNames(file, config, span));
    Arena arena = Arena.ofShared();
    List<LoadedBlock> blocks = new ArrayList<>();
    boolean complete = false;
    try {
      for (int i = span.start(); i < span.end(); i++) {
        BlockWeights weights = BlockWeights.load(loader, file, config.plan(i), i, arena);
        blocks.add(LoadedBlock.of(i, weights, pool.kernels()));
      }
      RopeTable rope = ropeTable(file, config, span);
      file.checkUnchanged();
      SpanForward forward = new SpanForward(config, blocks, rope, pool);
      complete = true;
      return new BlockSpan(config, span, arena, blocks, forward, pool);
    } finally {
      if (!complete) {
        blocks.forEach(block -> block.weights().close());
        arena.close();
      }
    }
  }

  private static RopeTable ropeTable(GgufFile file, ModelConfig config, Span span) {
    Rotary rotary = config.plan(span.start()).rotary();
    float[] factors =
        ropeFactors(file, config, span)
            .map(tensor -> TensorLoader.floats(file, tensor))
            .orElse(new float[0]);
    return new RopeTable(RopeFrequencies.of(rotary, factors), config.context());
  }

  private static Optional<TensorInfo> ropeFactors(GgufFile file, ModelConfig config, Span span) {
    Rotary rotary = config.plan(span.start()).rotary();
    return TensorLoader.find(
        file, RopeFrequencies.FACTORS_TENSOR, List.of(rotary.dimensions() / 2L));
  }

  /**
   * The names of the tensors that a span needs.
   *
   * @throws ShardException FORMAT for a tensor that is missing or misshapen
   */
  public static List<String> tensorNames(GgufFile file, ModelConfig config, Span span) {
    config.check(span);
    List<String> names = new ArrayList<>();
    for (int i = span.start(); i < span.end(); i++) {
      names.addAll(BlockWeights.tensorNames(file, config.plan(i), i));
    }
    ropeFactors(file, config, span).map(TensorInfo::name).ifPresent(names::add);
    return names;
  }

  public Span span() {
    return span;
  }

  /** Bytes of packed weights. */
  public long packedBytes() {
    return blocks.stream().mapToLong(block -> block.weights().packedBytes()).sum();
  }

  /**
   * Runs the batch through every block of {@code part}, a sub-span: the hidden states are
   * overwritten, and the caches hold the batch's positions afterwards. Results do not depend on
   * what else is in the batch, on how positions are cut into batches, or on where spans are cut.
   *
   * <p>If it throws, every cache is cut back to where its first row in the batch stood (in a
   * sliding window that has moved on too far, to nothing), and the hidden states are undefined.
   *
   * @throws ShardException NON_FINITE if a hidden state is no number, with {@link
   *     Batch#failedRow()} saying whose; ARGUMENT for a part, width or cache that does not fit
   */
  public void forward(Batch batch, Span part) {
    checkOpen();
    if (!span.contains(part)) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "blocks " + part + " were asked for, but only " + span + " are loaded");
    }
    forward.run(batch, part);
  }

  /**
   * Runs made-up rows until the kernels are compiled, or {@code deadlineNanos} of System.nanoTime
   * has passed.
   */
  public void warmUp(long deadlineNanos) {
    warmUp(KvType.F16, deadlineNanos);
  }

  /** The same with caches of that type. */
  public void warmUp(KvType type, long deadlineNanos) {
    checkOpen();
    WarmUp.blocks(config, blocks, forward, pool, type, deadlineNanos);
  }

  private void checkOpen() {
    if (closed) {
      throw new ShardException(ShardError.ARGUMENT, "blocks " + span + " have been closed");
    }
  }

  /** Frees the weights. No forward may be under way. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      forward.close();
      blocks.forEach(block -> block.weights().close());
      arena.close();
    }
  }

  /** Hears how far a load is. */
  @FunctionalInterface
  public interface LoadProgress {
    void packed(long bytes, long total);
  }
}
