package org.weft.shard.template;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Python's sort: stable, by whatever {@code <} says of the keys. */
final class Sorting {
  static <T> void sort(List<T> items, Function<T, Object> key, boolean reverse, Budget budget) {
    Comparator<T> order = (a, b) -> Operators.order(key.apply(a), key.apply(b), budget);
    sort(items, reverse ? order.reversed() : order);
  }

  static <T> void sort(List<T> items, Comparator<T> order) {
    try {
      items.sort(order);
    } catch (IllegalArgumentException e) {
      throw new Failure("the values have no order: NaN is among them");
    }
  }

  private Sorting() {}
}
