package org.weft.tools.local;

import java.time.Duration;
import java.util.List;
import org.weft.node.gateway.SwarmView;
import org.weft.node.metrics.NodeMetrics;
import org.weft.node.session.LocalSessionFactory;
import org.weft.node.session.SessionFactory;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.model.BlockSpan;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.KvType;

/** Every block in this process. */
final class InProcessBackend implements Backend {
  private static final Duration WARM_UP = Duration.ofSeconds(6);

  private final OpenModel open;
  private final ComputePool compute;
  private final BlockSpan span;
  private final KvPool pool;
  private final LocalSessionFactory sessions;

  private InProcessBackend(OpenModel open, ComputePool compute, BlockSpan span, KvPool pool) {
    this.open = open;
    this.compute = compute;
    this.span = span;
    this.pool = pool;
    this.sessions =
        new LocalSessionFactory(span, open.config(), pool, LocalSessionFactory.DEFAULT_CHUNK_ROWS);
  }

  static InProcessBackend load(OpenModel open, int threads, KvType kvType, Progress progress) {
    ComputePool compute = new ComputePool(threads);
    try {
      BlockSpan span =
          BlockSpan.load(
              open.file(),
              open.config(),
              open.config().wholeSpan(),
              compute,
              (done, total) -> progress.bytes("packing the blocks", done, total));
      KvPool pool =
          new KvPool(
              open.config(),
              span.span(),
              kvType,
              KvBudget.pages(open.config(), span.span(), kvType));
      span.warmUp(kvType, System.nanoTime() + WARM_UP.toNanos());
      return new InProcessBackend(open, compute, span, pool);
    } catch (RuntimeException refused) {
      compute.close();
      throw refused;
    }
  }

  @Override
  public SessionFactory sessions() {
    return sessions;
  }

  /** The file's size and header say enough for a process that nobody compares with another. */
  @Override
  public String fingerprint() {
    return "weft_" + Long.toHexString(open.file().fileBytes()) + "_local";
  }

  @Override
  public SwarmView view() {
    return new SwarmView(open.config().name(), "", open.config().blocks(), true, List.of());
  }

  @Override
  public void bind(NodeMetrics metrics) {
    metrics.bindKvPages(pool::usedPages, pool::pages);
  }

  @Override
  public void close() {
    sessions.close();
    pool.close();
    span.close();
    compute.close();
  }
}
