package org.weft.shard.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Python dict, in order of insertion. Not changed once a template has it. */
final class DictValue {
  private static final int MOST_PARTS = 500;

  private final Map<Object, Item> items = new LinkedHashMap<>();

  record Item(Object key, Object value) {}

  /** As in Python, a key that is there keeps its place and spelling. */
  void put(Object key, Object value) {
    Object hashed = hashable(key);
    Item old = items.get(hashed);
    items.put(hashed, new Item(old == null ? key : old.key(), value));
  }

  @Nullable Object get(Object key) {
    Item item = items.get(hashable(key));
    return item == null ? null : item.value();
  }

  int size() {
    return items.size();
  }

  Collection<Item> items() {
    return items.values();
  }

  List<Object> keys() {
    List<Object> keys = new ArrayList<>(items.size());
    items.values().forEach(item -> keys.add(item.key()));
    return keys;
  }

  List<Object> values() {
    List<Object> values = new ArrayList<>(items.size());
    items.values().forEach(item -> values.add(item.value()));
    return values;
  }

  List<Object> pairs() {
    List<Object> pairs = new ArrayList<>(items.size());
    items.values().forEach(item -> pairs.add(TupleValue.of(item.key(), item.value())));
    return pairs;
  }

  /** One object for all keys that are equal: 1, 1.0 and True, and whatever is undefined. */
  private static Object hashable(Object key) {
    return switch (key) {
      case Boolean flag -> flag ? 1L : 0L;
      case Double number when number == Math.rint(number) && Math.abs(number) < 9e15 ->
          number.longValue();
      case TupleValue tuple -> {
        List<Object> parts = new ArrayList<>();
        flatten(tuple, parts);
        yield parts;
      }
      case Undefined undefined -> Undefined.class;
      case ListValue list -> throw unhashable(list);
      case DictValue dict -> throw unhashable(dict);
      default -> key;
    };
  }

  /** Tuples may share parts, so that a small one is huge when written out. */
  private static void flatten(TupleValue tuple, List<Object> parts) {
    parts.add(tuple.items().size());
    for (Object item : tuple.items()) {
      if (parts.size() > MOST_PARTS) {
        throw new Failure("the tuple is too large for a key");
      }
      if (item instanceof TupleValue inner) {
        flatten(inner, parts);
      } else {
        parts.add(hashable(item));
      }
    }
  }

  private static Failure unhashable(Object value) {
    return new Failure("unhashable type: '" + Values.typeName(value) + "'");
  }
}
