package org.weft.node.session;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.shard.model.BlockSpan;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.ModelConfig;
import org.weft.shard.model.Span;

/** Sessions over blocks in this process: no network, one pool of KV pages. Thread-safe. */
public final class LocalSessionFactory implements SessionFactory {
  /** Rows of one pass: enough to read the weights seldom, few enough to let others in between. */
  public static final int DEFAULT_CHUNK_ROWS = 64;

  private static final int MAX_WAITING = 1024;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final LocalBlocks blocks;
  private final Turnstile turnstile;
  private final Set<LocalSession> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Over all blocks of a model. They and the pool stay the caller's, and outlive this factory.
   *
   * @param chunkRows rows of one pass at most
   */
  public LocalSessionFactory(BlockSpan blocks, ModelConfig config, KvPool pool, int chunkRows) {
    this(new ModelBlocks(blocks, config, pool, chunkRows), MAX_WAITING, PATIENCE);
    Span all = new Span(0, config.blocks());
    if (!blocks.span().equals(all)) {
      throw new NodeException(
          NodeError.ARGUMENT,
          "a session in one process needs blocks " + all + ", not " + blocks.span());
    }
  }

  LocalSessionFactory(LocalBlocks blocks, int maxWaiting, Duration patience) {
    this.blocks = blocks;
    turnstile = new Turnstile(maxWaiting, patience);
  }

  /** Waits for nothing. */
  @Override
  public InferenceSession open(int maxLength, HiddenSource source, Cancellation cancellation) {
    if (maxLength < 1) {
      throw new NodeException(NodeError.ARGUMENT, "a session has a position at least");
    }
    if (maxLength > blocks.maxLength()) {
      throw new NodeException(
          NodeError.TOO_LONG,
          maxLength
              + " positions are more than the "
              + blocks.maxLength()
              + " that a session has room for");
    }
    if (closed) {
      throw ChainFault.closed().toException();
    }
    LocalBlocks.Cache cache =
        blocks
            .reserve(maxLength)
            .orElseThrow(() ->
                new NodeException(
                    NodeError.OUT_OF_CACHE,
                    "the KV cache has no room for " + maxLength + " more positions",
                    false,
                    1000));
    var holder = new LocalSession[1];
    LocalSession session =
        new LocalSession(blocks, cache, turnstile, source, maxLength, () -> open.remove(holder[0]));
    holder[0] = session;
    open.add(session);
    if (closed) {
      session.close();
    }
    return session;
  }

  @Override
  public int maxLength() {
    return blocks.maxLength();
  }

  /** Sessions that are open. */
  public int sessions() {
    return open.size();
  }

  /** Sessions that wait for their turn to compute. */
  public int waiting() {
    return turnstile.waiting();
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(LocalSession::close);
    blocks.close();
  }
}
