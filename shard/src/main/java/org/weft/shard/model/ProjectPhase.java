package org.weft.shard.model;

import java.lang.foreign.MemorySegment;
import org.weft.shard.kernel.ComputePool.RangeTask;
import org.weft.shard.kernel.KvFormat;
import org.weft.shard.kernel.KvStore;
import org.weft.shard.kernel.Rope;
import org.weft.shard.kernel.Stage;
import org.weft.shard.model.BlockPlan.Attention;
import org.weft.shard.model.BlockPlan.Rotary;

/**
 * normed -> queries, keys and values; queries and keys are turned by their positions, keys and
 * values stored. A range is of {@link HeadUnits}.
 */
final class ProjectPhase implements RangeTask {
  private final Chunk chunk;
  private final Stage normed;

  /** {@code normed}: the stage that makes its inputs. */
  ProjectPhase(Chunk chunk, Stage normed) {
    this.chunk = chunk;
    this.normed = normed;
  }

  @Override
  public void run(int worker, int fromUnit, int toUnit) {
    normed.await(0);
    Attention attention = chunk.attention();
    int perUnit = HeadUnits.headsPerUnit(attention.headSize());
    int perGroup = HeadUnits.perGroup(attention);
    int queriesPerKv = attention.heads() / attention.kvHeads();
    for (int unit = fromUnit; unit < toUnit; unit++) {
      int kvHead = unit / perGroup * perUnit;
      int kvHeadsEnd = Math.min(attention.kvHeads(), kvHead + perUnit);
      int which = unit % perGroup;
      switch (which) {
        case 0 -> keys(attention, kvHead, kvHeadsEnd);
        case 1 -> values(attention, kvHead, kvHeadsEnd);
        default -> {
          int head = kvHead * queriesPerKv + (which - 2) * perUnit;
          int headsEnd = Math.min(kvHeadsEnd * queriesPerKv, head + perUnit);
          if (head < headsEnd) {
            queries(attention, head, headsEnd);
          }
        }
      }
    }
  }

  private void queries(Attention attention, int fromHead, int toHead) {
    MemorySegment queries = chunk.work.queries;
    int cols = attention.queryRows();
    product(chunk.weights().query(), attention, fromHead, toHead, queries, cols);
    for (int t = 0; t < chunk.rows; t++) {
      turn(queries, (long) t * cols + fromHead * attention.headSize(), toHead - fromHead, t);
    }
  }

  private void keys(Attention attention, int fromHead, int toHead) {
    MemorySegment keys = chunk.work.keys;
    int size = attention.headSize();
    int cols = attention.kvRows();
    product(chunk.weights().key(), attention, fromHead, toHead, keys, cols);
    for (int t = 0; t < chunk.rows; t++) {
      turn(keys, (long) t * cols + fromHead * size, toHead - fromHead, t);
      KvCache cache = chunk.cache(t);
      KvLayout layout = cache.layout();
      KvFormat format = layout.type().format();
      long page = cache.pageOffset(chunk.position(t));
      int slot = chunk.position(t) % KvFormat.POSITIONS;
      for (int head = fromHead; head < toHead; head++) {
        long at = page + layout.keyOffset(chunk.block.index(), head);
        KvStore.key(format, keys, (long) t * cols + head * size, size, cache.memory(), at, slot);
      }
    }
  }

  private void values(Attention attention, int fromHead, int toHead) {
    MemorySegment values = chunk.work.values;
    int size = attention.headSize();
    int cols = attention.kvRows();
    product(chunk.weights().value(), attention, fromHead, toHead, values, cols);
    for (int t = 0; t < chunk.rows; t++) {
      KvCache cache = chunk.cache(t);
      KvLayout layout = cache.layout();
      KvFormat format = layout.type().format();
      long page = cache.pageOffset(chunk.position(t));
      int slot = chunk.position(t) % KvFormat.POSITIONS;
      for (int head = fromHead; head < toHead; head++) {
        long at = page + layout.valueOffset(chunk.block.index(), head);
        KvStore.value(
            format, values, (long) t * cols + head * size, size, cache.memory(), at, slot);
      }
    }
  }

  private void product(
      Projection projection,
      Attention attention,
      int fromHead,
      int toHead,
      MemorySegment into,
      int cols) {
    int from = fromHead * attention.headSize();
    int to = toHead * attention.headSize();
    projection.rows(chunk.kernels, chunk.work.normed, from, to, into, cols);
  }

  /** Turns {@code heads} heads of row t, which begin at element {@code at} of x. */
  private void turn(MemorySegment x, long at, int heads, int t) {
    Rotary rotary = chunk.weights().plan().rotary();
    int size = chunk.attention().headSize();
    long row = (long) chunk.position(t) * chunk.rope.pairs();
    Rope.apply(
        chunk.kernels,
        rotary.pairing(),
        x,
        at,
        heads,
        size,
        rotary.dimensions(),
        chunk.rope.cosines(),
        row,
        chunk.rope.sines(),
        row);
  }
}
