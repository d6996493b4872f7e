package org.weft.shard.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Expression.Comparator;
import org.weft.shard.template.Expression.Passed;

/** Finds the values of expressions. One rendering's; one thread. */
final class Evaluator {
  private final Budget budget;
  private final Attributes attributes;
  private int line = 1;

  Evaluator(Budget budget) {
    this.budget = budget;
    this.attributes = new Attributes(budget);
  }

  Budget budget() {
    return budget;
  }

  Attributes attributes() {
    return attributes;
  }

  /** The line that was last looked at. */
  int line() {
    return line;
  }

  Object value(Expression expression, Scope scope) {
    return MarkupText.plain(marked(expression, scope));
  }

  /** The value, which may be {@link MarkupText}: for what tells it from other text. */
  Object marked(Expression expression, Scope scope) {
    budget.enter();
    line = expression.line();
    Object value = evaluate(expression, scope);
    line = expression.line();
    budget.leave();
    return value;
  }

  List<Object> items(Expression expression, Scope scope) {
    return Values.items(value(expression, scope), budget);
  }

  private Object evaluate(Expression expression, Scope scope) {
    return switch (expression) {
      case Expression.Constant constant -> constant.value();
      case Expression.Name name -> {
        Object value = scope.find(name.name());
        yield value == null ? Undefined.name(name.name()) : value;
      }
      case Expression.Sequence sequence -> {
        List<Object> items = values(sequence.items(), scope);
        yield sequence.tuple() ? new TupleValue(items) : new ListValue(items);
      }
      case Expression.Dictionary dictionary -> dictionary(dictionary, scope);
      case Expression.Not not -> !Values.truth(value(not.operand(), scope));
      case Expression.Sign sign -> Operators.sign(sign.minus(), value(sign.operand(), scope));
      case Expression.Arithmetic arithmetic ->
          Operators.arithmetic(
              arithmetic.operator(),
              marked(arithmetic.left(), scope),
              marked(arithmetic.right(), scope),
              this);
      case Expression.Logical logical -> {
        Object left = value(logical.left(), scope);
        yield Values.truth(left) == logical.and() ? value(logical.right(), scope) : left;
      }
      case Expression.Comparison comparison -> compare(comparison, scope);
      case Expression.Concatenation concatenation -> concatenate(concatenation, scope);
      case Expression.Conditional conditional -> conditional(conditional, scope);
      case Expression.Attribute attribute ->
          attributes.attribute(value(attribute.owner(), scope), attribute.name());
      case Expression.Subscript subscript -> subscript(subscript, scope);
      case Expression.Slice slice -> throw new Failure("a slice has no value of its own");
      case Expression.Call call -> call(call, scope, null);
      case Expression.Filtered filtered -> filtered(filtered, null, scope);
      case Expression.Tested tested -> {
        Object marked = marked(tested.value(), scope);
        if (tested.name().equals("escaped")) {
          yield marked instanceof MarkupText;
        }
        Object value = MarkupText.plain(marked);
        yield Tests.test(tested.name(), value, arguments(tested.passed(), scope), this);
      }
    };
  }

  private Object dictionary(Expression.Dictionary dictionary, Scope scope) {
    DictValue dict = new DictValue();
    budget.make(4L * dictionary.keys().size());
    for (int i = 0; i < dictionary.keys().size(); i++) {
      Object key = value(dictionary.keys().get(i), scope);
      dict.put(key, value(dictionary.values().get(i), scope));
    }
    return dict;
  }

  private Object compare(Expression.Comparison comparison, Scope scope) {
    Object left = value(comparison.first(), scope);
    for (int i = 0; i < comparison.operators().size(); i++) {
      Comparator operator = comparison.operators().get(i);
      Object right = value(comparison.others().get(i), scope);
      if (!Operators.compare(operator, left, right, budget)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Object concatenate(Expression.Concatenation concatenation, Scope scope) {
    StringBuilder text = new StringBuilder();
    for (Expression part : concatenation.parts()) {
      String piece = PythonText.str(value(part, scope));
      budget.make(2L * piece.length());
      text.append(piece);
    }
    return text.toString();
  }

  private Object conditional(Expression.Conditional conditional, Scope scope) {
    if (Values.truth(value(conditional.test(), scope))) {
      return marked(conditional.value(), scope);
    }
    return conditional.otherwise() == null
        ? new Undefined(
            "the inline if-expression on line "
                + conditional.line()
                + " evaluated to false and no else section was defined.")
        : marked(conditional.otherwise(), scope);
  }

  private Object subscript(Expression.Subscript subscript, Scope scope) {
    Object owner = value(subscript.owner(), scope);
    if (!(subscript.key() instanceof Expression.Slice slice)) {
      return attributes.item(owner, value(subscript.key(), scope));
    }
    return Slices.slice(
        owner,
        optional(slice.start(), scope),
        optional(slice.stop(), scope),
        optional(slice.step(), scope),
        budget);
  }

  private Object optional(@Nullable Expression expression, Scope scope) {
    return expression == null ? None.NONE : value(expression, scope);
  }

  /**
   * Calls.
   *
   * @param caller what the callee may call back; null outside of a call block
   */
  Object call(Expression.Call call, Scope scope, @Nullable MacroValue caller) {
    Object callee = value(call.callee(), scope);
    Arguments arguments = arguments(call.passed(), scope);
    if (caller != null) {
      Map<String, Object> named = new LinkedHashMap<>(arguments.named());
      named.put("caller", caller);
      arguments = new Arguments(arguments.positional(), named);
    }
    line = call.line();
    return switch (callee) {
      case Callable function -> function.call(arguments);
      case Undefined undefined -> throw undefined.failure();
      default -> throw new Failure("'" + Values.typeName(callee) + "' object is not callable");
    };
  }

  /**
   * Applies a chain of filters.
   *
   * @param text what the innermost filter of a filter block is given; null elsewhere
   */
  Object filtered(Expression.Filtered filtered, @Nullable Object text, Scope scope) {
    Object value;
    if (filtered.value() == null) {
      value = text == null ? "" : text;
    } else if (text != null && filtered.value() instanceof Expression.Filtered inner) {
      value = filtered(inner, text, scope);
    } else {
      value = marked(filtered.value(), scope);
    }
    Arguments arguments = arguments(filtered.passed(), scope);
    line = filtered.line();
    return Filters.apply(filtered.name(), value, arguments, this);
  }

  private Arguments arguments(Passed passed, Scope scope) {
    if (passed == Passed.NOTHING) {
      return Arguments.NONE;
    }
    List<Object> positional = values(passed.positional(), scope);
    Map<String, Object> named = new LinkedHashMap<>();
    passed.named().forEach((name, value) -> named.put(name, value(value, scope)));
    if (passed.more() != null) {
      positional.addAll(items(passed.more(), scope));
    }
    if (passed.moreNamed() != null) {
      Object more = value(passed.moreNamed(), scope);
      if (!(more instanceof DictValue dict)) {
        throw new Failure("argument after ** must be a mapping, not " + Values.typeName(more));
      }
      for (DictValue.Item item : dict.items()) {
        if (!(item.key() instanceof String name)) {
          throw new Failure("keywords must be strings");
        }
        named.put(name, item.value());
      }
    }
    budget.make(positional.size() + named.size());
    return new Arguments(positional, named);
  }

  private List<Object> values(List<Expression> expressions, Scope scope) {
    budget.make(expressions.size());
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(value(expression, scope));
    }
    return values;
  }
}
