package org.weft.shard.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** What Python says of a value: its type, truth, length, items and equality. */
final class Values {
  static String typeName(Object value) {
    return switch (value) {
      case None none -> "NoneType";
      case Boolean flag -> "bool";
      case Long number -> "int";
      case BigInteger number -> "int";
      case Double number -> "float";
      case String text -> "str";
      case ListValue list -> "list";
      case TupleValue tuple -> "tuple";
      case DictValue dict -> "dict";
      case Undefined undefined -> "Undefined";
      case RangeValue range -> "range";
      case GeneratorValue generator -> "generator";
      case DictView view -> view.typeName();
      case NamespaceValue namespace -> "Namespace";
      case AttributeSource source -> source.typeName();
      default -> "function";
    };
  }

  static boolean truth(Object value) {
    return switch (value) {
      case None none -> false;
      case Boolean flag -> flag;
      case Long number -> number != 0;
      case BigInteger number -> number.signum() != 0;
      case Double number -> number != 0;
      case String text -> !text.isEmpty();
      case ListValue list -> !list.items().isEmpty();
      case TupleValue tuple -> !tuple.items().isEmpty();
      case DictValue dict -> dict.size() > 0;
      case Undefined undefined -> false;
      case RangeValue range -> !range.isEmpty();
      case DictView view -> view.dict().size() > 0;
      default -> true;
    };
  }

  static long length(Object value) {
    return switch (value) {
      case String text -> CodePoints.length(text);
      case ListValue list -> list.items().size();
      case TupleValue tuple -> tuple.items().size();
      case DictValue dict -> dict.size();
      case Undefined undefined -> 0;
      case RangeValue range -> range.size();
      case DictView view -> view.dict().size();
      default -> throw new Failure("object of type '" + typeName(value) + "' has no len()");
    };
  }

  static boolean iterable(Object value) {
    return switch (value) {
      case String text -> true;
      case ListValue list -> true;
      case TupleValue tuple -> true;
      case DictValue dict -> true;
      case Undefined undefined -> true;
      case RangeValue range -> true;
      case GeneratorValue generator -> true;
      case DictView view -> true;
      case LoopValue loop -> true;
      default -> false;
    };
  }

  /** The items that going through the value gives; a dict gives its keys. */
  static List<Object> items(Object value, Budget budget) {
    return switch (value) {
      case ListValue list -> list.items();
      case TupleValue tuple -> tuple.items();
      case RangeValue range -> range;
      case Undefined undefined -> List.of();
      case DictValue dict -> {
        budget.make(dict.size());
        yield dict.keys();
      }
      case DictView view -> {
        budget.make(view.dict().size());
        yield view.items();
      }
      case String text -> {
        budget.make(4L * text.length());
        yield CodePoints.split(text);
      }
      case GeneratorValue generator -> {
        List<Object> items = new ArrayList<>();
        for (Iterator<Object> rest = generator.items(); rest.hasNext(); ) {
          items.add(rest.next());
        }
        budget.make(items.size());
        yield items;
      }
      default -> throw new Failure("'" + typeName(value) + "' object is not iterable");
    };
  }

  static boolean equal(Object a, Object b, Budget budget) {
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return Numbers.compare(a, b) == 0;
    }
    if (a == b) {
      return true;
    }
    return switch (a) {
      case ListValue list ->
          b instanceof ListValue other && equalItems(list.items(), other.items(), budget);
      case TupleValue tuple ->
          b instanceof TupleValue other && equalItems(tuple.items(), other.items(), budget);
      case RangeValue range -> b instanceof RangeValue other && equalItems(range, other, budget);
      case DictValue dict -> b instanceof DictValue other && equalDicts(dict, other, budget);
      case Undefined undefined -> b instanceof Undefined;
      case String text -> text.equals(b);
      default -> false;
    };
  }

  /** Python's {@code is}, as far as a template can see it. */
  static boolean same(Object a, Object b) {
    return a == b
        || (a.getClass() == b.getClass()
            && (a instanceof Boolean || a instanceof Long || a instanceof String)
            && a.equals(b));
  }

  private static boolean equalItems(List<Object> a, List<Object> b, Budget budget) {
    if (a.size() != b.size()) {
      return false;
    }
    budget.enter();
    for (int i = 0; i < a.size(); i++) {
      budget.step();
      if (!equal(a.get(i), b.get(i), budget)) {
        budget.leave();
        return false;
      }
    }
    budget.leave();
    return true;
  }

  private static boolean equalDicts(DictValue a, DictValue b, Budget budget) {
    if (a.size() != b.size()) {
      return false;
    }
    budget.enter();
    for (DictValue.Item item : a.items()) {
      budget.step();
      Object other = b.get(item.key());
      if (other == null || !equal(item.value(), other, budget)) {
        budget.leave();
        return false;
      }
    }
    budget.leave();
    return true;
  }

  private Values() {}
}
