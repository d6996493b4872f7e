package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.weft.shard.kernel.ComputePool.RangeTask;
import org.weft.shard.kernel.KvFormat;
import org.weft.shard.kernel.Stage;
import org.weft.shard.model.BlockPlan.Attention;

/**
 * queries, stored keys and values -> attended. A range is of pieces: one KV head, with all query
 * heads that share it, of one of {@link AttentionRuns}.
 */
final class AttendPhase implements RangeTask {
  private static final int FIRST_SCRATCH_POSITIONS = 512;

  private final Chunk chunk;
  private final Stage projected;
  private final List<LoadedBlock> blocks;
  private final MemorySegment[] scratch; // of each worker
  private int scratchPositions;

  /** {@code projected}: the stage that makes its inputs; {@code blocks}: all that it will see. */
  AttendPhase(Chunk chunk, Stage projected, List<LoadedBlock> blocks, int workers) {
    this.chunk = chunk;
    this.projected = projected;
    this.blocks = List.copyOf(blocks);
    scratch = new MemorySegment[workers];
  }

  /** Makes scratch for the longest cache of the chunk. */
  void prepare() {
    int longest = chunk.runs.longest();
    if (longest <= scratchPositions) {
      return;
    }
    scratchPositions = Math.max(FIRST_SCRATCH_POSITIONS, Integer.highestOneBit(longest) * 2);
    long bytes = 0;
    for (LoadedBlock block : blocks) {
      for (KvFormat format : KvFormat.values()) {
        bytes = Math.max(bytes, block.attention(format).scratchBytes(scratchPositions));
      }
    }
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = Arena.ofAuto().allocate(bytes, 64);
    }
  }

  int pieces() {
    return chunk.runs.count() * chunk.attention().kvHeads();
  }

  /** Whether {@link #run} leaves its results quantised, where the output matrix needs that. */
  boolean quantizes() {
    Attention attention = chunk.attention();
    return attention.queryRows() / attention.kvHeads() % 32 == 0;
  }

  @Override
  public void run(int worker, int from, int to) {
    Attention attention = chunk.attention();
    boolean quantize = chunk.weights().output().matrix().quantized() && quantizes();
    int group = attention.queryRows() / attention.kvHeads();
    for (int piece = from; piece < to; piece++) {
      int head = piece / chunk.runs.count();
      int run = piece % chunk.runs.count();
      projected.await(HeadUnits.group(attention, head));
      int t = chunk.runs.first(run) - chunk.first;
      int rows = chunk.runs.rows(run);
      attend(attention, head, t, rows, scratch[worker]);
      if (quantize) {
        chunk.work.attended.quantize(t, t + rows, head * group, (head + 1) * group);
      }
    }
  }

  private void attend(Attention attention, int head, int t, int rows, MemorySegment scratch) {
    int cols = attention.queryRows();
    KvCache cache = chunk.cache(t);
    KvLayout layout = cache.layout();
    chunk
        .block
        .attention(layout.type().format())
        .rows(
            head,
            chunk.work.queries,
            (long) t * cols,
            cols,
            chunk.position(t),
            rows,
            cache.memory(),
            cache.pageOffsets(),
            layout.keyOffset(chunk.block.index(), head),
            layout.valueOffset(chunk.block.index(), head),
            scratch,
            chunk.work.attended.values(),
            (long) t * cols,
            cols);
  }
}
