package org.weft.tools.command;

import org.weft.shard.model.KvType;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Option;

/** Options of whatever computes. */
final class ComputeOptions {
  private static final int MAX_THREADS = 1024;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for arithmetic (default: one a processor).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--kv",
      paramLabel = "TYPE",
      description = "How keys and values are stored: f16 or q8_0 (default: f16).")
  private KvType kvType = KvType.F16;

  int threads() {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new UsageException("--threads: " + threads + " is not in 1 to " + MAX_THREADS);
    }
    return threads;
  }

  KvType kvType() {
    return kvType;
  }
}
