package org.weft.shard.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a template does, one after the other. */
sealed interface Statement {
  record Text(String text) implements Statement {}

  record Print(Expression value) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

  record Branch(Expression test, List<Statement> body) {}

  record For(
      Target target,
      Expression items,
      @Nullable Expression filter,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record Set(Target target, Expression value) implements Statement {}

  /** {@code {% set x | filter %}…{% endset %}}. */
  record SetBlock(Target target, Expression.@Nullable Filtered filter, List<Statement> body)
      implements Statement {}

  record With(List<Target> targets, List<Expression> values, List<Statement> body)
      implements Statement {}

  record Macro(String name, Signature signature, List<Statement> body, int line)
      implements Statement {}

  /** A call whose callee may call the body back. */
  record CallBlock(Expression.Call call, Signature signature, List<Statement> body)
      implements Statement {}

  record FilterBlock(Expression.Filtered filter, List<Statement> body) implements Statement {}

  /**
   * A named part, which sees the names of the template's top.
   *
   * @param scoped whether it sees those around it, too
   */
  record Block(boolean scoped, List<Statement> body) implements Statement {}

  /** A body in a scope of its own: the marks of generated text. */
  record Scoped(List<Statement> body) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /**
   * The parameters of a macro.
   *
   * @param defaults of the last ones
   * @param varargs whether the body names {@code varargs}; so for the other two
   */
  record Signature(
      List<String> names,
      List<Expression> defaults,
      boolean varargs,
      boolean kwargs,
      boolean caller) {}
}
