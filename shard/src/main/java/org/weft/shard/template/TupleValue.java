package org.weft.shard.template;

import java.util.List;

/**
 * A Python tuple.
 *
 * @param names of the items, where it is a named one; else empty
 */
record TupleValue(List<Object> items, List<String> names) {
  TupleValue(List<Object> items) {
    this(items, List.of());
  }

  static TupleValue of(Object... items) {
    return new TupleValue(List.of(items));
  }
}
