package org.weft.shard.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Expression.Arithmetic;
import org.weft.shard.template.Expression.Comparator;
import org.weft.shard.template.Expression.Operator;
import org.weft.shard.template.Token.Kind;

/** Expressions, with the precedence that jinja2 gives them. */
final class ExpressionParser {
  private final TokenStream tokens;
  private final OperandParser operands;
  private final SuffixParser suffixes;

  /** The names that the macro being read refers to. */
  private Set<String> names = new HashSet<>();

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
    this.operands = new OperandParser(tokens, this);
    this.suffixes = new SuffixParser(tokens, operands);
  }

  void refersTo(String name) {
    names.add(name);
  }

  /** Begins to collect names anew; gives those collected before. */
  Set<String> collect() {
    Set<String> before = names;
    names = new HashSet<>();
    return before;
  }

  /** Ends what {@link #collect} began; gives the names in between. */
  Set<String> collected(Set<String> before) {
    Set<String> inside = names;
    before.addAll(inside);
    names = before;
    return inside;
  }

  /** {@code name(…)|name(…)}, as a filter block begins. */
  Expression.Filtered filterChain() {
    return suffixes.filterChain();
  }

  Expression expression() {
    return expression(true);
  }

  Expression expression(boolean conditional) {
    tokens.enter();
    Expression value = conditional ? conditional() : or();
    tokens.leave();
    return value;
  }

  /** One expression, or several with commas between. */
  Expression tuple(boolean conditional, boolean parenthesised, @Nullable String endName) {
    int line = tokens.current().line();
    List<Expression> items = new ArrayList<>();
    boolean tuple = false;
    while (!tupleEnds(endName)) {
      items.add(expression(conditional));
      if (!tokens.skipIf(",")) {
        break;
      }
      tuple = true;
    }
    if (!tuple && !items.isEmpty()) {
      return items.getFirst();
    }
    if (!tuple && !parenthesised) {
      throw tokens.failure("Expected an expression, got " + tokens.current().shown());
    }
    return new Expression.Sequence(true, List.copyOf(items), line);
  }

  private boolean tupleEnds(@Nullable String endName) {
    Token token = tokens.current();
    return token.kind() == Kind.VARIABLE_END
        || token.kind() == Kind.BLOCK_END
        || token.is(")")
        || (endName != null && token.isName(endName));
  }

  private Expression conditional() {
    int line = tokens.current().line();
    Expression value = or();
    while (tokens.skipIfName("if")) {
      Expression test = or();
      Expression otherwise = null;
      if (tokens.skipIfName("else")) {
        tokens.enter();
        otherwise = conditional();
        tokens.leave();
      }
      value = new Expression.Conditional(test, value, otherwise, line);
    }
    return value;
  }

  private Expression or() {
    int line = tokens.current().line();
    Expression left = and();
    while (tokens.skipIfName("or")) {
      left = new Expression.Logical(false, left, and(), line);
    }
    return left;
  }

  private Expression and() {
    int line = tokens.current().line();
    Expression left = not();
    while (tokens.skipIfName("and")) {
      left = new Expression.Logical(true, left, not(), line);
    }
    return left;
  }

  private Expression not() {
    int line = tokens.current().line();
    if (tokens.skipIfName("not")) {
      tokens.enter();
      Expression operand = not();
      tokens.leave();
      return new Expression.Not(operand, line);
    }
    return comparison();
  }

  private Expression comparison() {
    int line = tokens.current().line();
    Expression first = sum();
    List<Comparator> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    for (Comparator next = comparator(); next != null; next = comparator()) {
      operators.add(next);
      others.add(sum());
    }
    return operators.isEmpty()
        ? first
        : new Expression.Comparison(first, List.copyOf(operators), List.copyOf(others), line);
  }

  private @Nullable Comparator comparator() {
    Token token = tokens.current();
    if (token.isName("not") && tokens.look().isName("in")) {
      tokens.next();
      tokens.next();
      return Comparator.NOT_IN;
    }
    if (tokens.skipIfName("in")) {
      return Comparator.IN;
    }
    for (Comparator comparator : Comparator.values()) {
      if (token.is(comparator.sign())) {
        tokens.next();
        return comparator;
      }
    }
    return null;
  }

  private Expression sum() {
    Expression left = concatenation();
    while (true) {
      int line = tokens.current().line();
      if (tokens.skipIf("+")) {
        left = new Arithmetic(Operator.ADD, left, concatenation(), line);
      } else if (tokens.skipIf("-")) {
        left = new Arithmetic(Operator.SUBTRACT, left, concatenation(), line);
      } else {
        return left;
      }
    }
  }

  private Expression concatenation() {
    int line = tokens.current().line();
    Expression first = product();
    if (!tokens.current().is("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipIf("~")) {
      parts.add(product());
    }
    return new Expression.Concatenation(List.copyOf(parts), line);
  }

  private Expression product() {
    Expression left = power();
    while (true) {
      int line = tokens.current().line();
      Operator operator =
          tokens.skipIf("*")
              ? Operator.MULTIPLY
              : tokens.skipIf("/")
                  ? Operator.DIVIDE
                  : tokens.skipIf("//")
                      ? Operator.FLOOR_DIVIDE
                      : tokens.skipIf("%") ? Operator.MODULO : null;
      if (operator == null) {
        return left;
      }
      left = new Arithmetic(operator, left, power(), line);
    }
  }

  private Expression power() {
    int line = tokens.current().line();
    Expression left = signed(true);
    while (tokens.skipIf("**")) {
      left = new Arithmetic(Operator.POWER, left, signed(true), line);
    }
    return left;
  }

  private Expression signed(boolean filtered) {
    int line = tokens.current().line();
    Expression value;
    if (tokens.current().is("-") || tokens.current().is("+")) {
      boolean minus = tokens.next().text().equals("-");
      tokens.enter();
      value = new Expression.Sign(minus, signed(false), line);
      tokens.leave();
    } else {
      value = operands.primary();
    }
    value = operands.postfix(value);
    return filtered ? suffixes.all(value) : value;
  }
}
