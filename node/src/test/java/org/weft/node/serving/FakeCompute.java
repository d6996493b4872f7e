package org.weft.node.serving;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeKey;
import org.weft.node.ticket.NetworkId;
import org.weft.node.transport.Timers;
import org.weft.protocol.RowCodec;
import org.weft.protocol.v1.RowFormat;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/**
 * Blocks whose every output depends on every position before it, in small integers, so that f32 is
 * exact and a wrong cache shows. However rows are cut into chunks, and blocks into spans, the bits
 * are the same. A row that holds {@link #POISON} fails its pass.
 */
@SuppressWarnings("exports") // Tests of other packages make servers of it, and use nothing else.
public final class FakeCompute implements SpanCompute {
  public static final int WIDTH = 37;
  public static final int CONTEXT = 4096;
  static final float POISON = 5000;
  private static final int PAGE = 32;
  private static final int MODULUS = 997;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final Span span;
  private final int pages;
  private final MemorySegment hidden;
  private final int maxRows;
  private final List<Row> batch = new ArrayList<>();
  private final List<String> passes = new ArrayList<>();
  private int usedPages;
  private int reservedRewind;
  private volatile boolean gated;
  private volatile @Nullable Error breaking;
  private final Semaphore gate = new Semaphore(0);
  private final Semaphore entered = new Semaphore(0);

  private record Row(FakeCache cache, int position) {}

  public FakeCompute(Span span, int pages, int maxRows) {
    this.span = span;
    this.pages = pages;
    this.maxRows = maxRows;
    hidden = MemorySegment.ofArray(new float[maxRows * WIDTH]);
  }

  /** A server of these blocks, to be attached to a transport. */
  public static BlockServer server(
      NodeKey key,
      NetworkId network,
      ModelId model,
      FakeCompute blocks,
      Clock clock,
      Timers timers) {
    return new BlockServer(
        BlockServerConfig.defaults(), key.id(), network, model, blocks, clock, timers);
  }

  /** From now on each pass waits for a {@link #letPass}. */
  void gate() {
    gated = true;
  }

  void ungate() {
    gated = false;
    gate.release(1000);
  }

  void letPass() {
    gate.release();
  }

  /** The next pass ends with this, which tells no trace that a log would be filled with. */
  void breakWith(Error error) {
    error.setStackTrace(new StackTraceElement[0]);
    breaking = error;
  }

  /** Waits until a pass stands at the gate. */
  void awaitPass() {
    Await.that("a pass begins", entered::tryAcquire);
  }

  /** What each pass ran, as position+rows of every run of rows. */
  synchronized List<String> passes() {
    return List.copyOf(passes);
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
  public synchronized Optional<SpanCache> reserve(int maxLength, int maxRewind) {
    reservedRewind = maxRewind;
    int needed = (maxLength + PAGE - 1) / PAGE;
    if (usedPages + needed > pages) {
      return Optional.empty();
    }
    usedPages += needed;
    return Optional.of(new FakeCache(maxLength, needed));
  }

  /** How far back the last cache was to be cut. */
  synchronized int reservedRewind() {
    return reservedRewind;
  }

  @Override
  public int maxRows() {
    return maxRows;
  }

  @Override
  public MemorySegment hidden() {
    return hidden;
  }

  @Override
  public void clear() {
    batch.clear();
  }

  @Override
  public void add(SpanCache cache, int position, int rows) {
    FakeCache own = (FakeCache) cache;
    int end = -1;
    for (Row row : batch) {
      end = row.cache() == own ? row.position() + 1 : end;
    }
    if (own.closed || position + rows > own.maxLength || batch.size() + rows > maxRows) {
      throw new ShardException(ShardError.ARGUMENT, "rows that do not fit");
    }
    if (end >= 0 ? position != end : position > own.length) {
      throw new ShardException(ShardError.ARGUMENT, "a gap at " + position);
    }
    for (int i = 0; i < rows; i++) {
      batch.add(new Row(own, position + i));
    }
  }

  @Override
  public void forward(Span part) {
    if (gated) {
      entered.release();
      gate.acquireUninterruptibly();
    }
    note();
    Error error = breaking;
    if (error != null) {
      breaking = null;
      throw error;
    }
    for (int i = 0; i < batch.size(); i++) {
      if (hidden.getAtIndex(FLOAT, (long) i * WIDTH) == POISON) {
        batch.forEach(row -> row.cache().length = Math.min(row.cache().length, row.position()));
        throw new ShardException(ShardError.NON_FINITE, "a hidden state is not finite");
      }
    }
    for (int block = part.start(); block < part.end(); block++) {
      for (int i = 0; i < batch.size(); i++) {
        Row row = batch.get(i);
        row(block, row.position(), row.cache().keys[block - span.start()], i);
        row.cache().length = row.position() + 1;
      }
    }
  }

  private synchronized void note() {
    StringBuilder text = new StringBuilder();
    int run = 0;
    for (int i = 0; i < batch.size(); i++) {
      run++;
      boolean last =
          i + 1 == batch.size()
              || batch.get(i + 1).cache() != batch.get(i).cache()
              || batch.get(i + 1).position() != batch.get(i).position() + 1;
      if (last) {
        text.append(text.isEmpty() ? "" : " ").append(batch.get(i).position() + 1 - run);
        text.append('+').append(run);
        run = 0;
      }
    }
    passes.add(text.toString());
  }

  private void row(int block, int position, long[] keys, int index) {
    long at = (long) index * WIDTH;
    float sum = 0;
    for (int j = 0; j < WIDTH; j++) {
      sum += hidden.getAtIndex(FLOAT, at + j) * (j % 5 + 1);
    }
    keys[position] = Math.floorMod((long) sum, MODULUS);
    long context = 0;
    for (int q = 0; q <= position; q++) {
      context += keys[q] * (q % 13 + 1);
    }
    for (int j = 0; j < WIDTH; j++) {
      float x = hidden.getAtIndex(FLOAT, at + j);
      float y = Math.floorMod((long) (x * (block + 2)) + context + j + position, MODULUS);
      hidden.setAtIndex(FLOAT, at + j, y + (x - (float) Math.floor(x)));
    }
  }

  /** One node's worth: rows through blocks [0, blocks) with nothing cut, f32 throughout. */
  public static float[][] reference(int blocks, float[][] rows) {
    FakeCompute whole = new FakeCompute(new Span(0, blocks), 4096, rows.length);
    SpanCache cache = whole.reserve(rows.length, 0).orElseThrow();
    whole.add(cache, 0, rows.length);
    MemorySegment in = bytes(rows);
    RowCodec.decode(
        RowFormat.ROW_FORMAT_F32,
        RowCodec.encode(RowFormat.ROW_FORMAT_F32, in, rows.length, WIDTH),
        rows.length,
        WIDTH,
        whole.hidden);
    whole.forward(whole.span);
    float[][] out = new float[rows.length][WIDTH];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < WIDTH; j++) {
        out[i][j] = whole.hidden.getAtIndex(FLOAT, (long) i * WIDTH + j);
      }
    }
    return out;
  }

  static MemorySegment bytes(float[][] rows) {
    MemorySegment segment = MemorySegment.ofArray(new float[rows.length * WIDTH]);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < WIDTH; j++) {
        segment.setAtIndex(FLOAT, (long) i * WIDTH + j, rows[i][j]);
      }
    }
    return segment;
  }

  /** Keys by block and position. */
  private final class FakeCache implements SpanCache {
    private final int maxLength;
    private final int held;
    private final long[][] keys;
    private int length;
    private boolean closed;

    FakeCache(int maxLength, int held) {
      this.maxLength = maxLength;
      this.held = held;
      keys = new long[span.blocks()][maxLength];
    }

    @Override
    public int maxLength() {
      return maxLength;
    }

    @Override
    public int pages() {
      return held;
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
      if (to < 0 || to > length) {
        throw new ShardException(ShardError.ARGUMENT, "cannot cut " + length + " to " + to);
      }
      length = to;
    }

    @Override
    public void close() {
      synchronized (FakeCompute.this) {
        if (!closed) {
          closed = true;
          usedPages -= held;
        }
      }
    }
  }
}
