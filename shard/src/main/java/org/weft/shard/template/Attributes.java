package org.weft.shard.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What stands behind {@code x.name} and {@code x[key]}, as the immutable sandbox allows it. */
final class Attributes {
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
  private static final Set<String> DICT_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private final Budget budget;
  private final StringMethods strings;
  private final CollectionMethods collections;

  Attributes(Budget budget) {
    this.budget = budget;
    this.strings = new StringMethods(budget, this);
    this.collections = new CollectionMethods(budget);
  }

  /** {@code x.name}: a method or attribute first, then a key. */
  Object attribute(Object owner, String name) {
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Object own = own(owner, name);
    if (own == null && owner instanceof DictValue dict) {
      own = dict.get(name);
    }
    return own == null ? missing(owner, name) : own;
  }

  /** {@code x[key]}: an item first, then, for a text, a method or attribute. */
  Object item(Object owner, Object key) {
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Object item = inside(owner, key);
    if (item == null && key instanceof String name) {
      item = own(owner, name);
    }
    return item == null ? missing(owner, key) : item;
  }

  /** An attribute only, never a key. */
  Object attributeOnly(Object owner, String name) {
    Object own = own(owner, name);
    return own == null ? missing(owner, name) : own;
  }

  private static Object missing(Object owner, Object key) {
    return key instanceof String name && name.startsWith("__")
        ? Undefined.unsafe(owner, name)
        : Undefined.of(owner, key);
  }

  private @Nullable Object own(Object owner, String name) {
    return switch (owner) {
      case String text -> strings.method(text, name);
      case ListValue list ->
          LIST_CHANGES.contains(name)
              ? Undefined.unsafe(owner, name)
              : collections.listMethod(list.items(), owner, name);
      case TupleValue tuple when tuple.names().contains(name) ->
          tuple.items().get(tuple.names().indexOf(name));
      case TupleValue tuple -> collections.listMethod(tuple.items(), owner, name);
      case DictValue dict ->
          DICT_CHANGES.contains(name)
              ? Undefined.unsafe(owner, name)
              : collections.dictMethod(dict, name);
      case NamespaceValue namespace -> namespace.fields().get(name);
      case AttributeSource source -> source.attribute(name);
      case Double number when name.equals("is_integer") ->
          (Callable) arguments -> number == Math.rint(number) && !Double.isInfinite(number);
      case Long number when name.equals("bit_length") -> bitLength(BigInteger.valueOf(number));
      case BigInteger number when name.equals("bit_length") -> bitLength(number);
      default -> null;
    };
  }

  /** Python's: of the number without its sign. */
  private static Callable bitLength(BigInteger number) {
    return arguments -> (long) number.abs().bitLength();
  }

  private @Nullable Object inside(Object owner, Object key) {
    return switch (owner) {
      case DictValue dict ->
          key instanceof ListValue || key instanceof DictValue ? null : dict.get(key);
      case ListValue list -> at(list.items(), key);
      case TupleValue tuple -> at(tuple.items(), key);
      case RangeValue range -> at(range, key);
      case String text -> {
        if (!Numbers.isInteger(key)) {
          yield null;
        }
        budget.read(text.length());
        int length = CodePoints.length(text);
        long index = Numbers.index(key);
        long at = index < 0 ? index + length : index;
        yield at < 0 || at >= length ? null : CodePoints.substring(text, (int) at, (int) at + 1);
      }
      default -> null;
    };
  }

  private static @Nullable Object at(List<Object> items, Object key) {
    if (!Numbers.isInteger(key)) {
      return null;
    }
    long index = Numbers.index(key);
    long at = index < 0 ? index + items.size() : index;
    return at < 0 || at >= items.size() ? null : items.get((int) at);
  }
}
