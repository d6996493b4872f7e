package org.weft.shard.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Values as Python's pprint has them: the items of dicts by their keys, however deep. */
final class SortedKeys {
  static Object of(Object value, Budget budget) {
    budget.enter();
    Object sorted =
        switch (value) {
          case ListValue list -> new ListValue(all(list.items(), budget));
          case TupleValue tuple -> new TupleValue(all(tuple.items(), budget));
          case DictValue dict -> dict(dict, budget);
          default -> value;
        };
    budget.leave();
    return sorted;
  }

  private static List<Object> all(List<Object> items, Budget budget) {
    budget.make(items.size());
    List<Object> sorted = new ArrayList<>(items.size());
    for (Object item : items) {
      sorted.add(of(item, budget));
    }
    return sorted;
  }

  private static DictValue dict(DictValue dict, Budget budget) {
    budget.make(dict.size());
    List<DictValue.Item> items = new ArrayList<>(dict.items());
    Comparator<Object> order = (a, b) -> order(a, b, budget);
    Sorting.sort(items, Comparator.comparing(DictValue.Item::key, order));
    DictValue sorted = new DictValue();
    for (DictValue.Item item : items) {
      sorted.put(of(item.key(), budget), of(item.value(), budget));
    }
    return sorted;
  }

  /** By {@code <}, and by the names of the types where Python has no order between them. */
  private static int order(Object a, Object b, Budget budget) {
    boolean ordered =
        (Numbers.isNumber(a) && Numbers.isNumber(b))
            || (a instanceof String && b instanceof String)
            || (a instanceof TupleValue && b instanceof TupleValue)
            || a instanceof Undefined
            || b instanceof Undefined;
    return ordered
        ? Operators.order(a, b, budget)
        : Values.typeName(a).compareTo(Values.typeName(b));
  }

  private SortedKeys() {}
}
