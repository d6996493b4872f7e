package org.weft.shard.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has a value. Lines are counted from 1. */
sealed interface Expression {
  int line();

  record Constant(Object value, int line) implements Expression {}

  record Name(String name, int line) implements Expression {}

  record Sequence(boolean tuple, List<Expression> items, int line) implements Expression {}

  record Dictionary(List<Expression> keys, List<Expression> values, int line)
      implements Expression {}

  record Not(Expression operand, int line) implements Expression {}

  record Sign(boolean minus, Expression operand, int line) implements Expression {}

  record Arithmetic(Operator operator, Expression left, Expression right, int line)
      implements Expression {}

  /** {@code and}, {@code or}: the value of the operand that decides. */
  record Logical(boolean and, Expression left, Expression right, int line) implements Expression {}

  /** {@code a < b <= c}: one operator before each of {@code others}. */
  record Comparison(Expression first, List<Comparator> operators, List<Expression> others, int line)
      implements Expression {}

  /** {@code ~}: all as text. */
  record Concatenation(List<Expression> parts, int line) implements Expression {}

  record Conditional(Expression test, Expression value, @Nullable Expression otherwise, int line)
      implements Expression {}

  record Attribute(Expression owner, String name, int line) implements Expression {}

  record Subscript(Expression owner, Expression key, int line) implements Expression {}

  record Slice(
      @Nullable Expression start, @Nullable Expression stop, @Nullable Expression step, int line)
      implements Expression {}

  record Call(Expression callee, Passed passed, int line) implements Expression {}

  /** {@code value|name(…)}; without a value, the filter of a filter block. */
  record Filtered(@Nullable Expression value, String name, Passed passed, int line)
      implements Expression {}

  record Tested(Expression value, String name, Passed passed, int line) implements Expression {}

  /** The arguments of a call as written. */
  record Passed(
      List<Expression> positional,
      Map<String, Expression> named,
      @Nullable Expression more,
      @Nullable Expression moreNamed) {
    static final Passed NOTHING = new Passed(List.of(), Map.of(), null, null);
  }

  enum Operator {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    MODULO("%"),
    POWER("**");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }
  }

  enum Comparator {
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    IN("in"),
    NOT_IN("not in");

    private final String sign;

    Comparator(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }
  }
}
