package org.weft.shard.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Statement.Signature;
import org.weft.shard.template.Token.Kind;

/** Statements: everything in block tags. */
final class StatementParser {
  private static final Set<String> CONSTANTS =
      Set.of("true", "false", "none", "True", "False", "None");

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final Map<String, Statement.Block> blocks = new HashMap<>();
  private int loops; // around the current token

  /**
   * What a template consists of.
   *
   * @param blocks by name, wherever they stand
   */
  record Parsed(List<Statement> statements, Map<String, Statement.Block> blocks) {
    Parsed {
      statements = List.copyOf(statements);
      blocks = Map.copyOf(blocks);
    }
  }

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  static Parsed parse(String template) {
    StatementParser parser = new StatementParser(new TokenStream(Lexer.tokens(template)));
    List<Statement> statements = parser.statements();
    return new Parsed(statements, parser.blocks);
  }

  /** Up to a tag that begins with one of the ends, whose name is then the current token. */
  private List<Statement> statements(String... ends) {
    tokens.enter();
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      switch (token.kind()) {
        case DATA -> statements.add(new Statement.Text(tokens.next().text()));
        case VARIABLE_BEGIN -> {
          tokens.next();
          statements.add(new Statement.Print(expressions.tuple(true, false, null)));
          tokens.expect(Kind.VARIABLE_END, "end of print statement");
        }
        case BLOCK_BEGIN -> {
          tokens.next();
          if (tokens.current().kind() == Kind.NAME
              && List.of(ends).contains(tokens.current().text())) {
            tokens.leave();
            return List.copyOf(statements);
          }
          statement(statements);
          tokens.expect(Kind.BLOCK_END, "end of statement block");
        }
        case END -> {
          if (ends.length > 0) {
            throw tokens.failure(
                "Unexpected end of template; expected '" + String.join("' or '", ends) + "'");
          }
          tokens.leave();
          return List.copyOf(statements);
        }
        case VARIABLE_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
            throw tokens.failure("unexpected " + token.shown());
      }
    }
  }

  /** The body of a tag and, unless its name decides something, the end's name. */
  private List<Statement> body(String end) {
    List<Statement> body = bodyUpTo(end);
    tokens.next();
    return body;
  }

  private List<Statement> bodyUpTo(String... ends) {
    tokens.skipIf(":");
    tokens.expect(Kind.BLOCK_END, "end of statement block");
    return statements(ends);
  }

  private void statement(List<Statement> statements) {
    Token tag = tokens.expect(Kind.NAME, "a tag name");
    switch (tag.text()) {
      case "for" -> statements.add(forLoop(tag.line()));
      case "if" -> statements.add(ifElse());
      case "set" -> statements.add(set());
      case "with" -> statements.add(with());
      case "macro" -> statements.add(macro(tag.line()));
      case "call" -> statements.add(callBlock());
      case "filter" -> {
        Expression.Filtered filter = expressions.filterChain();
        statements.add(new Statement.FilterBlock(filter, body("endfilter")));
      }
      case "generation" -> statements.add(new Statement.Scoped(body("endgeneration")));
      case "block" -> statements.add(block());
      case "print" -> print(statements);
      case "break" -> statements.add(new Statement.Break(tag.line()));
      case "continue" -> statements.add(new Statement.Continue(tag.line()));
      case "autoescape" -> {
        if (!tokens.skipIfName("false")) {
          throw tokens.failure("a chat template cannot switch HTML escaping on");
        }
        statements.add(new Statement.Scoped(body("endautoescape")));
      }
      case "include", "import", "from", "extends" ->
          throw new Failure(
              "the tag '" + tag.text() + "' has no place in a chat template", tag.line(), false);
      default ->
          throw new Failure("Encountered unknown tag '" + tag.text() + "'.", tag.line(), false);
    }
  }

  private Statement forLoop(int line) {
    loops++;
    Target target = targets("in");
    if (!tokens.skipIfName("in")) {
      throw tokens.expected("'in'");
    }
    Expression items = expressions.tuple(false, false, "recursive");
    Expression filter = tokens.skipIfName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipIfName("recursive");
    List<Statement> body = bodyUpTo("endfor", "else");
    List<Statement> otherwise = tokens.next().isName("else") ? body("endfor") : List.of();
    loops--;
    return new Statement.For(target, items, filter, recursive, body, otherwise, line);
  }

  private Statement ifElse() {
    List<Statement.Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    Token tag;
    do {
      Expression test = expressions.tuple(false, false, null);
      branches.add(new Statement.Branch(test, bodyUpTo("elif", "else", "endif")));
      tag = tokens.next();
    } while (tag.isName("elif"));
    if (tag.isName("else")) {
      otherwise = body("endif");
    }
    return new Statement.If(List.copyOf(branches), otherwise);
  }

  private Statement set() {
    Target target = targets(null);
    if (tokens.skipIf("=")) {
      return new Statement.Set(target, expressions.tuple(true, false, null));
    }
    Expression.Filtered filter = tokens.skipIf("|") ? expressions.filterChain() : null;
    return new Statement.SetBlock(target, filter, body("endset"));
  }

  private Statement with() {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (tokens.current().kind() != Kind.BLOCK_END) {
      if (!targets.isEmpty()) {
        tokens.expect(",");
      }
      targets.add(target(false));
      tokens.expect("=");
      values.add(expressions.expression());
    }
    return new Statement.With(List.copyOf(targets), List.copyOf(values), body("endwith"));
  }

  private Statement macro(int line) {
    String name = name();
    Set<String> before = expressions.collect();
    Parameters parameters = parameters();
    List<Statement> body = body("endmacro");
    return new Statement.Macro(
        name, parameters.signature(expressions.collected(before)), body, line);
  }

  private Statement callBlock() {
    Set<String> before = expressions.collect();
    Parameters parameters =
        tokens.current().is("(") ? parameters() : new Parameters(List.of(), List.of());
    Set<String> ofSignature = expressions.collected(before);
    Expression callee = expressions.expression();
    if (!(callee instanceof Expression.Call call)) {
      throw tokens.failure("expected call");
    }
    before = expressions.collect();
    List<Statement> body = body("endcall");
    Set<String> used = expressions.collected(before);
    used.addAll(ofSignature);
    return new Statement.CallBlock(call, parameters.signature(used), body);
  }

  private Statement block() {
    Token name = tokens.expect(Kind.NAME, "the name of the block");
    boolean scoped = tokens.skipIfName("scoped");
    List<Statement> body = body("endblock");
    tokens.skipIfName(name.text()); // the name again
    Statement.Block block = new Statement.Block(scoped, body);
    if (blocks.put(name.text(), block) != null) {
      throw new Failure("block '" + name.text() + "' defined twice", name.line(), false);
    }
    return block;
  }

  private void print(List<Statement> statements) {
    boolean first = true;
    while (tokens.current().kind() != Kind.BLOCK_END) {
      if (!first) {
        tokens.expect(",");
      }
      first = false;
      statements.add(new Statement.Print(expressions.expression()));
    }
  }

  private record Parameters(List<String> names, List<Expression> defaults) {
    Signature signature(Set<String> used) {
      return new Signature(
          names,
          defaults,
          used.contains("varargs"),
          used.contains("kwargs"),
          used.contains("caller"));
    }
  }

  private Parameters parameters() {
    tokens.expect("(");
    List<String> names = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    while (!tokens.skipIf(")")) {
      if (!names.isEmpty()) {
        tokens.expect(",");
      }
      names.add(name());
      if (tokens.skipIf("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.failure("non-default argument follows default argument");
      }
    }
    return new Parameters(List.copyOf(names), List.copyOf(defaults));
  }

  private String name() {
    Token token = tokens.expect(Kind.NAME, "a name");
    if (CONSTANTS.contains(token.text())) {
      throw new Failure("can't assign to '" + token.text() + "'", token.line(), false);
    }
    return token.text();
  }

  /** One target, or several with commas between. */
  private Target targets(@Nullable String endName) {
    List<Target> targets = new ArrayList<>();
    boolean tuple = false;
    do {
      if (tuple && targetsEnd(endName)) {
        break;
      }
      targets.add(target(true));
      tuple |= tokens.current().is(",");
    } while (tokens.skipIf(","));
    return tuple ? new Target.Tuple(List.copyOf(targets)) : targets.getFirst();
  }

  private boolean targetsEnd(@Nullable String endName) {
    Token token = tokens.current();
    return token.is(")")
        || token.is("=")
        || token.kind() == Kind.BLOCK_END
        || (endName != null && token.isName(endName));
  }

  /**
   * @param assigned to a name that is there already, as opposed to one of a scope of its own
   */
  private Target target(boolean assigned) {
    if (tokens.skipIf("(")) {
      tokens.enter();
      Target inner = targets(null);
      tokens.expect(")");
      tokens.leave();
      return inner;
    }
    int line = tokens.current().line();
    String name = name();
    if (tokens.skipIf(".")) {
      return new Target.Field(name, tokens.expect(Kind.NAME, "a name").text(), line);
    }
    if (assigned && loops > 0 && name.equals("loop")) {
      throw new Failure("Can't assign to special loop variable in for-loop target", line, false);
    }
    return new Target.Name(name);
  }
}
