package org.weft.shard.template;

import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What lazy filters give: made when it is first asked, gone through once, without a length. */
final class GeneratorValue {
  private final Supplier<List<Object>> source;
  private @Nullable Iterator<Object> items;

  GeneratorValue(Supplier<List<Object>> source) {
    this.source = source;
  }

  static GeneratorValue of(List<Object> items) {
    return new GeneratorValue(() -> items);
  }

  /** What is left of it. */
  Iterator<Object> items() {
    if (items == null) {
      items = source.get().iterator();
    }
    return items;
  }
}
