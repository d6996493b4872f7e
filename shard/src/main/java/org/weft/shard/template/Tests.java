package org.weft.shard.template;

import java.util.HashMap;
import java.util.Map;
import org.weft.shard.template.Expression.Comparator;

/** What may stand after {@code is}. */
final class Tests {
  private static final Map<String, Test> ALL = new HashMap<>();

  static {
    one("defined", value -> !(value instanceof Undefined));
    one("undefined", value -> value instanceof Undefined);
    one("none", value -> value == None.NONE);
    one("boolean", value -> value instanceof Boolean);
    one("true", value -> value.equals(true));
    one("false", value -> value.equals(false));
    one("integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
    one("float", value -> value instanceof Double);
    one("number", Numbers::isNumber);
    one("string", value -> value instanceof String);
    one("mapping", value -> value instanceof DictValue);
    one("iterable", Values::iterable);
    one("sequence", Tests::sequence);
    // Calling what is undefined fails, but in jinja2 it has a __call__ to do so.
    one("callable", value -> value instanceof Callable || value instanceof Undefined);
    one("escaped", value -> false);
    one("lower", value -> StringCases.isLower(PythonText.str(value)));
    one("upper", value -> StringCases.isUpper(PythonText.str(value)));
    one("filter", value -> value instanceof String name && Filters.exists(name));
    one("test", value -> value instanceof String name && ALL.containsKey(name));
    ALL.put("odd", (value, other, evaluator) -> divides(value, 2L, 1L, evaluator));
    ALL.put("even", (value, other, evaluator) -> divides(value, 2L, 0L, evaluator));
    ALL.put(
        "divisibleby",
        (value, other, evaluator) -> divides(value, other.required(0, "num"), 0L, evaluator));
    ALL.put("sameas", (value, other, evaluator) -> Values.same(value, other.required(0, "other")));
    compare(Comparator.EQUAL, "eq", "equalto", "==");
    compare(Comparator.NOT_EQUAL, "ne", "!=");
    compare(Comparator.LESS, "lt", "lessthan", "<");
    compare(Comparator.LESS_OR_EQUAL, "le", "<=");
    compare(Comparator.GREATER, "gt", "greaterthan", ">");
    compare(Comparator.GREATER_OR_EQUAL, "ge", ">=");
    compare(Comparator.IN, "in");
  }

  @FunctionalInterface
  private interface Test {
    boolean holds(Object value, Arguments arguments, Evaluator evaluator);
  }

  private interface One {
    boolean holds(Object value);
  }

  static boolean test(String name, Object value, Arguments arguments, Evaluator evaluator) {
    Test test = ALL.get(name);
    if (test == null) {
      throw new Failure("No test named " + PythonText.repr(name) + ".");
    }
    return test.holds(value, arguments, evaluator);
  }

  private static void one(String name, One test) {
    ALL.put(name, (value, arguments, evaluator) -> test.holds(value));
  }

  private static void compare(Comparator comparator, String... names) {
    for (String name : names) {
      ALL.put(
          name,
          (value, arguments, evaluator) ->
              Operators.compare(
                  comparator, value, arguments.required(0, "other"), evaluator.budget()));
    }
  }

  private static boolean divides(Object value, Object divisor, Object rest, Evaluator evaluator) {
    Object modulo = Operators.arithmetic(Expression.Operator.MODULO, value, divisor, evaluator);
    return Values.equal(modulo, rest, evaluator.budget());
  }

  private static boolean sequence(Object value) {
    return value instanceof String
        || value instanceof ListValue
        || value instanceof TupleValue
        || value instanceof DictValue
        || value instanceof RangeValue
        || value instanceof Undefined;
  }

  private Tests() {}
}
