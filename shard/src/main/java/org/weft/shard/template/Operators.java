package org.weft.shard.template;

import java.util.ArrayList;
import java.util.List;
import org.weft.shard.template.Expression.Comparator;
import org.weft.shard.template.Expression.Operator;

/** Python's operators on our values. */
final class Operators {
  static Object sign(boolean minus, Object value) {
    refuseUndefined(value);
    if (!Numbers.isNumber(value)) {
      throw new Failure(
          "bad operand type for unary "
              + (minus ? "-" : "+")
              + ": '"
              + Values.typeName(value)
              + "'");
    }
    return minus ? Numbers.negate(value) : Numbers.add(value, 0L);
  }

  /** Of values that may be {@link MarkupText}. */
  static Object arithmetic(Operator operator, Object a, Object b, Evaluator evaluator) {
    if (operator == Operator.ADD && MarkupText.adds(a, b)) {
      MarkupText sum = MarkupText.add(a, b);
      evaluator.budget().make(2L * sum.text().length());
      return sum;
    }
    Object left = MarkupText.plain(a);
    Object right = MarkupText.plain(b);
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return switch (operator) {
        case ADD -> Numbers.add(left, right);
        case SUBTRACT -> Numbers.subtract(left, right);
        case MULTIPLY -> Numbers.multiply(left, right);
        case DIVIDE -> Numbers.divide(left, right);
        case FLOOR_DIVIDE -> Numbers.floorDivide(left, right);
        case MODULO -> Numbers.modulo(left, right);
        case POWER -> Numbers.power(left, right);
      };
    }
    if (operator == Operator.MODULO && left instanceof String format) {
      return PercentFormat.format(format, right, evaluator.budget());
    }
    refuseUndefined(left);
    refuseUndefined(right);
    if (operator == Operator.ADD) {
      return join(left, right, evaluator.budget());
    }
    if (operator == Operator.MULTIPLY) {
      if (Numbers.isInteger(right)) {
        return repeat(left, right, evaluator.budget());
      }
      if (Numbers.isInteger(left)) {
        return repeat(right, left, evaluator.budget());
      }
    }
    throw unsupported(operator, left, right);
  }

  private static Object join(Object left, Object right, Budget budget) {
    if (left instanceof String a && right instanceof String b) {
      budget.make((long) a.length() + b.length());
      return a + b;
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return new ListValue(join(a.items(), b.items(), budget));
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return new TupleValue(join(a.items(), b.items(), budget));
    }
    if (left instanceof String || left instanceof ListValue || left instanceof TupleValue) {
      String type = Values.typeName(left);
      throw new Failure(
          "can only concatenate " + type + " (not \"" + Values.typeName(right) + "\") to " + type);
    }
    throw unsupported(Operator.ADD, left, right);
  }

  private static List<Object> join(List<Object> a, List<Object> b, Budget budget) {
    budget.make(2L * (a.size() + b.size()));
    List<Object> joined = new ArrayList<>(a.size() + b.size());
    joined.addAll(a);
    joined.addAll(b);
    return joined;
  }

  private static Object repeat(Object value, Object times, Budget budget) {
    long count = Math.max(0, Numbers.index(times));
    return switch (value) {
      case String text -> {
        budget.make(product(text.length(), count));
        yield text.repeat((int) (text.isEmpty() ? 0 : count));
      }
      case ListValue list -> new ListValue(repeat(list.items(), count, budget));
      case TupleValue tuple -> new TupleValue(repeat(tuple.items(), count, budget));
      default -> throw unsupported(Operator.MULTIPLY, value, times);
    };
  }

  private static List<Object> repeat(List<Object> items, long count, Budget budget) {
    budget.make(2 * product(items.size(), count));
    List<Object> repeated = new ArrayList<>();
    for (long i = 0; i < count && !items.isEmpty(); i++) {
      repeated.addAll(items);
    }
    return repeated;
  }

  private static long product(long size, long count) {
    return size == 0 ? 0 : count > Integer.MAX_VALUE ? Long.MAX_VALUE / 8 : size * count;
  }

  static boolean compare(Comparator operator, Object left, Object right, Budget budget) {
    return switch (operator) {
      case EQUAL -> Values.equal(left, right, budget);
      case NOT_EQUAL -> !Values.equal(left, right, budget);
      case IN -> contains(right, left, budget);
      case NOT_IN -> !contains(right, left, budget);
      case LESS -> ordered(operator, left, right) && order(left, right, operator, budget) < 0;
      case LESS_OR_EQUAL ->
          ordered(operator, left, right) && order(left, right, operator, budget) <= 0;
      case GREATER -> ordered(operator, left, right) && order(left, right, operator, budget) > 0;
      case GREATER_OR_EQUAL ->
          ordered(operator, left, right) && order(left, right, operator, budget) >= 0;
    };
  }

  /** For sorting, where Python asks {@code <}. */
  static int order(Object left, Object right, Budget budget) {
    return order(left, right, Comparator.LESS, budget);
  }

  /** False for NaN, with which no comparison holds. */
  private static boolean ordered(Comparator operator, Object left, Object right) {
    return !(left instanceof Double a && a.isNaN()) && !(right instanceof Double b && b.isNaN());
  }

  private static int order(Object left, Object right, Comparator operator, Budget budget) {
    budget.step();
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right);
    }
    if (left instanceof String a && right instanceof String b) {
      return CodePoints.compare(a, b);
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return order(a.items(), b.items(), operator, budget);
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return order(a.items(), b.items(), operator, budget);
    }
    refuseUndefined(left);
    refuseUndefined(right);
    throw new Failure(
        "'"
            + operator.sign()
            + "' not supported between instances of '"
            + Values.typeName(left)
            + "' and '"
            + Values.typeName(right)
            + "'");
  }

  private static int order(List<Object> a, List<Object> b, Comparator operator, Budget budget) {
    budget.enter();
    int result = Integer.compare(a.size(), b.size());
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!Values.equal(a.get(i), b.get(i), budget)) {
        result = order(a.get(i), b.get(i), operator, budget);
        break;
      }
    }
    budget.leave();
    return result;
  }

  static boolean contains(Object container, Object item, Budget budget) {
    switch (container) {
      case String text -> {
        refuseUndefined(item);
        if (!(item instanceof String part)) {
          throw new Failure(
              "'in <string>' requires string as left operand, not " + Values.typeName(item));
        }
        budget.read(text.length());
        return text.contains(part);
      }
      case DictValue dict -> {
        return dict.get(item) != null;
      }
      case DictView view when view.kind() == DictView.Kind.KEYS -> {
        return view.dict().get(item) != null;
      }
      default -> {
        if (!Values.iterable(container)) {
          throw new Failure(
              "argument of type '" + Values.typeName(container) + "' is not iterable");
        }
        for (Object each : Values.items(container, budget)) {
          budget.step();
          if (Values.equal(each, item, budget)) {
            return true;
          }
        }
        return false;
      }
    }
  }

  private static void refuseUndefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
  }

  private static Failure unsupported(Operator operator, Object left, Object right) {
    String sign = operator == Operator.POWER ? "** or pow()" : operator.sign();
    return new Failure(
        "unsupported operand type(s) for "
            + sign
            + ": '"
            + Values.typeName(left)
            + "' and '"
            + Values.typeName(right)
            + "'");
  }

  private Operators() {}
}
