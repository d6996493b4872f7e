package org.weft.shard.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * Writes panels of the packed layout from GGUF blocks. Groups of four weights move as one int: the
 * layout keeps each row's group of four consecutive columns in four consecutive bytes.
 */
sealed interface Packing permits PackBlocks, PackSuperBlocks, PackFloats {
  ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static Packing of(PackedLayout layout, MemorySegment source, MemorySegment target) {
    return switch (layout.type()) {
      case F32, F16, BF16 -> new PackFloats(layout, source, target);
      case Q8_0, Q4_0, Q4_1 -> new PackBlocks(layout, source, target);
      case Q4_K, Q5_K, Q6_K -> new PackSuperBlocks(layout, source, target);
    };
  }

  /** Packs one panel; false where a weight or scale is not finite. */
  boolean panel(int panel);

  /** Packs panels [from, to). */
  default void panels(String name, int from, int to) {
    for (int panel = from; panel < to; panel++) {
      if (!panel(panel)) {
        throw new ShardException(
            ShardError.NON_FINITE,
            "tensor "
                + name
                + " holds a weight or scale that is not finite, within rows "
                + panel * PackedLayout.PANEL
                + " to "
                + (panel + 1) * PackedLayout.PANEL);
      }
    }
  }
}
