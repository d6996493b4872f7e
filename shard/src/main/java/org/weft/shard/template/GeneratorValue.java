package org.weft.shard.template;

import java.util.Iterator;
import java.util.List;

/** What lazy filters give: to be gone through once, without a length. */
record GeneratorValue(Iterator<Object> items) {
  static GeneratorValue of(List<Object> items) {
    return new GeneratorValue(items.iterator());
  }
}
