package org.weft.tools.local;

import java.util.List;
import java.util.function.Consumer;
import org.weft.node.directory.JoinDirectory;
import org.weft.node.gateway.SwarmView;
import org.weft.node.metrics.NodeMetrics;
import org.weft.node.session.SessionFactory;
import org.weft.shard.model.KvType;

/** Where a model's blocks run: here, or in a swarm. */
public interface Backend extends AutoCloseable {
  /** What runs the blocks. */
  SessionFactory sessions();

  /** A short name of what answers depend on. */
  String fingerprint();

  /** Who serves which blocks; no nodes where they all run here. */
  SwarmView view();

  /** Adds what this backend measures. */
  void bind(NodeMetrics metrics);

  /** Hears, in a sentence, of processes of this backend that end before it is closed. */
  default void onLoss(Consumer<String> sentence) {}

  /** Hears of peers that a swarm cannot be joined through, and when they can be again. */
  default void onJoin(Consumer<JoinDirectory.Join> heard) {}

  @Override
  void close();

  /** Every block in this process. */
  static Backend inProcess(OpenModel open, int threads, KvType kvType, Progress progress) {
    return InProcessBackend.load(open, threads, kvType, progress);
  }

  /**
   * Every block in this process, or over {@code hops} processes on loopback that end with this one.
   */
  static Backend open(OpenModel open, int hops, int threads, KvType kvType, Progress progress) {
    if (hops == 0) {
      return inProcess(open, threads, kvType, progress);
    }
    List<String> flags = List.of("--threads", Integer.toString(threads), "--kv", kvType.name());
    return ProcessesBackend.start(open, hops, kvType, flags, progress);
  }
}
