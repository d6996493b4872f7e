package org.weft.shard.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Expression.Arithmetic;
import org.weft.shard.template.Expression.Comparator;
import org.weft.shard.template.Expression.Operator;
import org.weft.shard.template.Expression.Passed;
import org.weft.shard.template.Token.Kind;

/** Expressions, with the precedence that jinja2 gives them. */
final class ExpressionParser {
  private final TokenStream tokens;

  /** The names that the macro being read refers to. */
  private Set<String> names = new HashSet<>();

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
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
      value = primary();
    }
    value = postfix(value);
    return filtered ? filters(value) : value;
  }

  private Expression primary() {
    Token token = tokens.current();
    int line = token.line();
    return switch (token.kind()) {
      case NAME -> named(tokens.next());
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.current().kind() == Kind.STRING) {
          text.append(tokens.next().text());
        }
        yield new Expression.Constant(text.toString(), line);
      }
      case INTEGER ->
          new Expression.Constant(NumberLiteral.integer(tokens.next().text(), line), line);
      case FLOAT -> new Expression.Constant(NumberLiteral.real(tokens.next().text()), line);
      case OPERATOR -> bracketed(token);
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
          throw tokens.failure("unexpected " + token.shown());
    };
  }

  private Expression named(Token token) {
    int line = token.line();
    return switch (token.text()) {
      case "true", "True" -> new Expression.Constant(true, line);
      case "false", "False" -> new Expression.Constant(false, line);
      case "none", "None" -> new Expression.Constant(None.NONE, line);
      default -> {
        names.add(token.text());
        yield new Expression.Name(token.text(), line);
      }
    };
  }

  private Expression bracketed(Token token) {
    int line = token.line();
    tokens.enter();
    Expression value;
    if (tokens.skipIf("(")) {
      value = tuple(true, true, null);
      tokens.expect(")");
    } else if (tokens.skipIf("[")) {
      List<Expression> items = new ArrayList<>();
      while (!tokens.skipIf("]")) {
        if (!items.isEmpty()) {
          tokens.expect(",");
          if (tokens.skipIf("]")) {
            break;
          }
        }
        items.add(expression());
      }
      value = new Expression.Sequence(false, List.copyOf(items), line);
    } else if (tokens.skipIf("{")) {
      value = dictionary(line);
    } else {
      throw tokens.failure("unexpected " + token.shown());
    }
    tokens.leave();
    return value;
  }

  private Expression dictionary(int line) {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.skipIf("}")) {
      if (!keys.isEmpty()) {
        tokens.expect(",");
        if (tokens.skipIf("}")) {
          break;
        }
      }
      keys.add(expression());
      tokens.expect(":");
      values.add(expression());
    }
    return new Expression.Dictionary(List.copyOf(keys), List.copyOf(values), line);
  }

  private Expression postfix(Expression value) {
    Expression result = value;
    while (true) {
      int line = tokens.current().line();
      if (tokens.skipIf(".")) {
        Token token = tokens.next();
        if (token.kind() == Kind.NAME) {
          result = new Expression.Attribute(result, token.text(), line);
        } else if (token.kind() == Kind.INTEGER) {
          Object index = NumberLiteral.integer(token.text(), line);
          result = new Expression.Subscript(result, new Expression.Constant(index, line), line);
        } else {
          throw new Failure("expected name or number", line, false);
        }
      } else if (tokens.skipIf("[")) {
        result = new Expression.Subscript(result, subscripts(line), line);
      } else if (tokens.current().is("(")) {
        result = new Expression.Call(result, passed(), line);
      } else {
        return result;
      }
    }
  }

  private Expression filters(Expression value) {
    Expression result = value;
    while (true) {
      int line = tokens.current().line();
      if (tokens.current().is("|")) {
        result = filter(result);
      } else if (tokens.skipIfName("is")) {
        result = test(result, line);
      } else if (tokens.current().is("(")) {
        result = new Expression.Call(result, passed(), line);
      } else {
        return result;
      }
    }
  }

  /** {@code |name(…)}. */
  private Expression filter(Expression value) {
    tokens.expect("|");
    return namedFilter(value);
  }

  /** {@code name(…)|name(…)}, as a filter block begins. */
  Expression.Filtered filterChain() {
    Expression.Filtered chain = namedFilter(null);
    while (tokens.skipIf("|")) {
      chain = namedFilter(chain);
    }
    return chain;
  }

  private Expression.Filtered namedFilter(@Nullable Expression value) {
    int line = tokens.current().line();
    String name = dotted();
    Passed passed = tokens.current().is("(") ? passed() : Passed.NOTHING;
    return new Expression.Filtered(value, name, passed, line);
  }

  private Expression test(Expression value, int line) {
    boolean negated = tokens.skipIfName("not");
    String name = dotted();
    Passed passed = Passed.NOTHING;
    if (tokens.current().is("(")) {
      passed = passed();
    } else if (testTakesAnArgument()) {
      if (tokens.current().isName("is")) {
        throw tokens.failure("You cannot chain multiple tests with is");
      }
      passed = new Passed(List.of(postfix(primary())), Map.of(), null, null);
    }
    Expression tested = new Expression.Tested(value, name, passed, line);
    return negated ? new Expression.Not(tested, line) : tested;
  }

  private boolean testTakesAnArgument() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.is("[") || token.is("{");
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
    };
  }

  private String dotted() {
    StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME, "a name").text());
    while (tokens.skipIf(".")) {
      name.append('.').append(tokens.expect(Kind.NAME, "a name").text());
    }
    return name.toString();
  }

  private Expression subscripts(int line) {
    tokens.enter();
    List<Expression> keys = new ArrayList<>();
    boolean tuple = false;
    while (!tokens.skipIf("]")) {
      if (!keys.isEmpty()) {
        tokens.expect(",");
        tuple = true;
      }
      keys.add(subscript());
    }
    tokens.leave();
    return keys.size() == 1 && !tuple
        ? keys.getFirst()
        : new Expression.Sequence(true, List.copyOf(keys), line);
  }

  private Expression subscript() {
    int line = tokens.current().line();
    Expression start = tokens.current().is(":") ? null : expression();
    if (start != null && !tokens.current().is(":")) {
      return start;
    }
    tokens.expect(":");
    Expression stop = sliceEnds() ? null : expression();
    Expression step = null;
    if (tokens.skipIf(":")) {
      step = sliceEnds() ? null : expression();
    }
    return new Expression.Slice(start, stop, step, line);
  }

  private boolean sliceEnds() {
    Token token = tokens.current();
    return token.is(":") || token.is("]") || token.is(",");
  }

  private Passed passed() {
    tokens.expect("(");
    tokens.enter();
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Expression more = null;
    Expression moreNamed = null;
    boolean first = true;
    while (!tokens.skipIf(")")) {
      if (!first) {
        tokens.expect(",");
        if (tokens.skipIf(")")) {
          break;
        }
      }
      first = false;
      if (moreNamed == null && more == null && tokens.skipIf("*")) {
        more = expression();
      } else if (moreNamed == null && tokens.skipIf("**")) {
        moreNamed = expression();
      } else if (moreNamed == null
          && tokens.current().kind() == Kind.NAME
          && tokens.look().is("=")) {
        String name = tokens.next().text();
        tokens.next();
        if (named.put(name, expression()) != null) {
          throw tokens.failure("keyword argument repeated: " + name);
        }
      } else if (more == null && moreNamed == null && named.isEmpty()) {
        positional.add(expression());
      } else {
        throw tokens.failure("invalid syntax for function call expression");
      }
    }
    tokens.leave();
    return new Passed(List.copyOf(positional), named, more, moreNamed);
  }
}
