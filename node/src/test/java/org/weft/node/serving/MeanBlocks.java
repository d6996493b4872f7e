package org.weft.node.serving;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.NetworkId;
import org.weft.node.transport.Timers;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/**
 * Made-up blocks whose output at a position depends on the block and on every row before: each
 * block adds the running mean of what it has seen. However rows are cut into chunks, and blocks
 * into spans, the bits are the same; a row that is lost, doubled or of another session shows in all
 * that follow.
 */
@SuppressWarnings("exports") // Tests of other packages make servers of it, and use nothing else.
public final class MeanBlocks implements SpanCompute {
  public static final int WIDTH = 6;
  public static final int CONTEXT = 512;
  private static final int ROWS = 16;
  private static final int PAGE = 32;

  private final Span span;
  private final int pages;
  private final MemorySegment hidden = Arena.ofAuto().allocate(4L * ROWS * WIDTH);
  private final List<Part> parts = new ArrayList<>();
  private int rows;
  private int usedPages; // guarded by this

  private record Part(Cache cache, int position, int rows, int first) {}

  public MeanBlocks(Span span, int pages) {
    this.span = span;
    this.pages = pages;
  }

  /** A server of these blocks, to be attached to a transport. */
  public static BlockServer server(
      NodeKey key,
      NetworkId network,
      ModelId model,
      MeanBlocks blocks,
      Clock clock,
      Timers timers) {
    return new BlockServer(
        BlockServerConfig.defaults(), key.id(), network, model, blocks, clock, timers);
  }

  /**
   * f32 [count, WIDTH] through blocks [0, blocks), at once and with no chain: what must come out.
   */
  public static float[][] reference(float[][] input, int blocks) {
    float[][] rows = new float[input.length][];
    float[][] sums = new float[blocks][WIDTH];
    for (int position = 0; position < input.length; position++) {
      rows[position] = input[position].clone();
      for (int block = 0; block < blocks; block++) {
        apply(block, position, sums[block], rows[position]);
      }
    }
    return rows;
  }

  private static void apply(int block, int position, float[] sum, float[] row) {
    for (int j = 0; j < WIDTH; j++) {
      sum[j] += row[j];
      row[j] = 0.5f * row[j] + sum[j] / (position + 1) + 0.001f * block;
    }
  }

  @Override
  public Span span() {
    return span;
  }

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public int context() {
    return CONTEXT;
  }

  @Override
  public int pages() {
    return pages;
  }

  @Override
  public synchronized int usedPages() {
    return usedPages;
  }

  @Override
  public synchronized Optional<SpanCache> reserve(int maxLength) {
    int needed = Math.ceilDiv(maxLength, PAGE);
    if (usedPages + needed > pages) {
      return Optional.empty();
    }
    usedPages += needed;
    return Optional.of(new Cache(maxLength, needed));
  }

  private synchronized void giveBack(int count) {
    usedPages -= count;
  }

  @Override
  public int maxRows() {
    return ROWS;
  }

  @Override
  public MemorySegment hidden() {
    return hidden;
  }

  @Override
  public void clear() {
    parts.clear();
    rows = 0;
  }

  @Override
  public void add(SpanCache cache, int position, int count) {
    Cache mine = (Cache) cache;
    int expected = mine.length;
    for (Part before : parts) {
      expected = before.cache() == mine ? before.position() + before.rows() : expected;
    }
    if (position != expected) {
      throw new IllegalStateException("position " + position + " after " + expected);
    }
    parts.add(new Part(mine, position, count, rows));
    rows += count;
  }

  @Override
  public void forward(Span part) {
    float[] row = new float[WIDTH];
    for (Part each : parts) {
      for (int i = 0; i < each.rows(); i++) {
        int position = each.position() + i;
        long at = (long) (each.first() + i) * WIDTH;
        for (int j = 0; j < WIDTH; j++) {
          row[j] = hidden.getAtIndex(ValueLayout.JAVA_FLOAT, at + j);
        }
        for (int block = part.start(); block < part.end(); block++) {
          float[] sum = each.cache().sumBefore(block - span.start(), position);
          apply(block, position, sum, row);
          each.cache().sums[block - span.start()][position] = sum;
        }
        for (int j = 0; j < WIDTH; j++) {
          hidden.setAtIndex(ValueLayout.JAVA_FLOAT, at + j, row[j]);
        }
      }
      each.cache().length = Math.max(each.cache().length, each.position() + each.rows());
    }
  }

  /** Running sums by block and position. */
  private final class Cache implements SpanCache {
    private final float[][][] sums;
    private final int maxLength;
    private final int reserved;
    private int length;
    private boolean closed;

    Cache(int maxLength, int reserved) {
      this.maxLength = maxLength;
      this.reserved = reserved;
      sums = new float[span.blocks()][maxLength][];
    }

    float[] sumBefore(int block, int position) {
      return position == 0 ? new float[WIDTH] : sums[block][position - 1].clone();
    }

    @Override
    public int maxLength() {
      return maxLength;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public int shortestLength() {
      return 0;
    }

    @Override
    public void truncate(int to) {
      length = Math.min(length, to);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        giveBack(reserved);
      }
    }
  }
}
