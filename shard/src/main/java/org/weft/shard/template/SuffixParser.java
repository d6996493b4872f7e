package org.weft.shard.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Expression.Passed;
import org.weft.shard.template.Token.Kind;

/** What may follow an operand and its postfixes: filters, tests and calls of what they give. */
final class SuffixParser {
  private final TokenStream tokens;
  private final OperandParser operands;

  SuffixParser(TokenStream tokens, OperandParser operands) {
    this.tokens = tokens;
    this.operands = operands;
  }

  Expression all(Expression value) {
    Expression result = value;
    while (true) {
      int line = tokens.current().line();
      if (tokens.current().is("|")) {
        result = filter(result);
      } else if (tokens.skipIfName("is")) {
        result = test(result, line);
      } else if (tokens.current().is("(")) {
        result = new Expression.Call(result, operands.passed(), line);
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
    Passed passed = tokens.current().is("(") ? operands.passed() : Passed.NOTHING;
    return new Expression.Filtered(value, name, passed, line);
  }

  private Expression test(Expression value, int line) {
    boolean negated = tokens.skipIfName("not");
    String name = dotted();
    Passed passed = Passed.NOTHING;
    if (tokens.current().is("(")) {
      passed = operands.passed();
    } else if (testTakesAnArgument()) {
      if (tokens.current().isName("is")) {
        throw tokens.failure("You cannot chain multiple tests with is");
      }
      passed = new Passed(List.of(operands.postfix(operands.primary())), Map.of(), null, null);
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
}
