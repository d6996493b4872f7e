package org.weft.tools.local;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.KvType;
import org.weft.shard.model.ModelConfig;
import org.weft.shard.model.Span;
import org.weft.tools.user.UserException;

/**
 * How many KV pages a process has. Pages take memory when they are written, not when they are
 * reserved, so that the default is generous: 32 whole contexts, within a quarter of the machine's
 * memory.
 */
public final class KvBudget {
  private static final int CONTEXTS = 32;
  private static final int MEMORY_SHARE = 4;

  private KvBudget() {}

  public static int pages(ModelConfig config, Span span, KvType type) {
    long memory =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    return pages(config.context(), KvPool.pageBytes(config, span, type), memory);
  }

  static int pages(int context, long pageBytes, long memory) {
    long wanted = (long) CONTEXTS * Math.ceilDiv(context, KvPool.PAGE_POSITIONS);
    long afforded = memory / MEMORY_SHARE / pageBytes;
    return (int) Math.clamp(afforded, 1, Math.min(wanted, Integer.MAX_VALUE));
  }

  /** Pages for a number of positions that a user chose. */
  public static int pagesFor(long positions) {
    long pages = Math.ceilDiv(positions, (long) KvPool.PAGE_POSITIONS);
    if (positions < 1 || pages > Integer.MAX_VALUE) {
      throw new UserException("a cache of " + positions + " positions cannot be made");
    }
    return (int) pages;
  }
}
