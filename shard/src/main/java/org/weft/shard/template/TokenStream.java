package org.weft.shard.template;

import java.util.List;
import org.weft.shard.template.Token.Kind;

/** The tokens of a template under a reading head. One parse's. */
final class TokenStream {
  /** Each level of an expression takes about fifteen calls, and the stack is finite. */
  private static final int MOST_DEPTH = 100;

  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token look() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    if (at + 1 < tokens.size()) {
      at++;
    }
    return token;
  }

  boolean skipIf(String operator) {
    boolean is = current().is(operator);
    if (is) {
      next();
    }
    return is;
  }

  boolean skipIfName(String name) {
    boolean is = current().isName(name);
    if (is) {
      next();
    }
    return is;
  }

  Token expect(Kind kind, String what) {
    if (current().kind() != kind) {
      throw expected(what);
    }
    return next();
  }

  void expect(String operator) {
    if (!skipIf(operator)) {
      throw expected("'" + operator + "'");
    }
  }

  Failure expected(String what) {
    return failure("expected " + what + ", got " + current().shown());
  }

  Failure failure(String text) {
    return new Failure(text, current().line(), false);
  }

  void enter() {
    if (++depth > MOST_DEPTH) {
      throw failure("the template is nested more than " + MOST_DEPTH + " deep");
    }
  }

  void leave() {
    depth--;
  }
}
