package org.weft.shard.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.shard.template.Expression.Passed;
import org.weft.shard.template.Token.Kind;

/** Operands: names, literals, brackets, and what follows them directly. */
final class OperandParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;

  OperandParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** A name, a literal, or anything in brackets. */
  Expression primary() {
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
        expressions.refersTo(token.text());
        yield new Expression.Name(token.text(), line);
      }
    };
  }

  private Expression bracketed(Token token) {
    int line = token.line();
    tokens.enter();
    Expression value;
    if (tokens.skipIf("(")) {
      value = expressions.tuple(true, true, null);
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
        items.add(expressions.expression());
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
      keys.add(expressions.expression());
      tokens.expect(":");
      values.add(expressions.expression());
    }
    return new Expression.Dictionary(List.copyOf(keys), List.copyOf(values), line);
  }

  /** With what follows an operand directly: attributes, subscripts, calls. */
  Expression postfix(Expression value) {
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
    Expression start = tokens.current().is(":") ? null : expressions.expression();
    if (start != null && !tokens.current().is(":")) {
      return start;
    }
    tokens.expect(":");
    Expression stop = sliceEnds() ? null : expressions.expression();
    Expression step = null;
    if (tokens.skipIf(":")) {
      step = sliceEnds() ? null : expressions.expression();
    }
    return new Expression.Slice(start, stop, step, line);
  }

  private boolean sliceEnds() {
    Token token = tokens.current();
    return token.is(":") || token.is("]") || token.is(",");
  }

  /** The arguments in parentheses. */
  Passed passed() {
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
        more = expressions.expression();
      } else if (moreNamed == null && tokens.skipIf("**")) {
        moreNamed = expressions.expression();
      } else if (moreNamed == null
          && tokens.current().kind() == Kind.NAME
          && tokens.look().is("=")) {
        String name = tokens.next().text();
        tokens.next();
        if (named.put(name, expressions.expression()) != null) {
          throw tokens.failure("keyword argument repeated: " + name);
        }
      } else if (more == null && moreNamed == null && named.isEmpty()) {
        positional.add(expressions.expression());
      } else {
        throw tokens.failure("invalid syntax for function call expression");
      }
    }
    tokens.leave();
    return new Passed(List.copyOf(positional), named, more, moreNamed);
  }
}
