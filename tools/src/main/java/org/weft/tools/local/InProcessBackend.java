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

  private final Closing closing;
  private final OpenModel open;
  private final KvPool pool;
  private final LocalSessionFactory sessions;

  private InProcessBackend(
      Closing closing, OpenModel open, KvPool pool, LocalSessionFactory sessions) {
    this.closing = closing;
    this.open = open;
    this.pool = pool;
    this.sessions = sessions;
  }

  static InProcessBackend load(OpenModel open, int threads, KvType kvType, Progress progress) {
    return Closing.whole(closing -> load(closing, open, threads, kvType, progress));
  }

  /** Parts that are open when this throws are the caller's to close. */
  static InProcessBackend load(
      Closing closing, OpenModel open, int threads, KvType kvType, Progress progress) {
    ComputePool compute = closing.add(new ComputePool(threads), ComputePool::close);
    BlockSpan span =
        closing.add(
            BlockSpan.load(
                open.file(),
                open.config(),
                open.config().wholeSpan(),
                compute,
                (done, total) -> progress.bytes("packing the blocks", done, total)),
            BlockSpan::close);
    int pages = KvBudget.pages(open.config(), span.span(), kvType);
    KvPool pool = closing.add(new KvPool(open.config(), span.span(), kvType, pages), KvPool::close);
    span.warmUp(kvType, System.nanoTime() + WARM_UP.toNanos());
    LocalSessionFactory sessions =
        closing.add(
            new LocalSessionFactory(
                span, open.config(), pool, LocalSessionFactory.DEFAULT_CHUNK_ROWS),
            LocalSessionFactory::close);
    return new InProcessBackend(closing, open, pool, sessions);
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
    closing.close();
  }
}
