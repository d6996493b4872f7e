package org.weft.shard.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Statement.Signature;

/** Carries out statements. One rendering's; one thread. */
final class Interpreter {
  private final Budget budget;
  private final Evaluator evaluator;
  private final Scope top;

  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  /**
   * @param top the names of the template itself
   */
  Interpreter(Budget budget, Scope top) {
    this.budget = budget;
    this.evaluator = new Evaluator(budget);
    this.top = top;
  }

  /** What the template writes. */
  String template(StatementParser.Parsed template) {
    top.put("self", new Blocks(template.blocks()));
    return body(template.statements(), top);
  }

  /** The line that was last looked at. */
  int line() {
    return evaluator.line();
  }

  /** What the body writes. */
  String body(List<Statement> body, Scope scope) {
    StringBuilder out = new StringBuilder();
    if (collected(body, scope, out) != Flow.ON) {
      throw outsideOfALoop();
    }
    return out.toString();
  }

  private static Failure outsideOfALoop() {
    return new Failure("'break' or 'continue' outside of a loop");
  }

  Object value(Expression expression, Scope scope) {
    return evaluator.value(expression, scope);
  }

  private Flow run(List<Statement> statements, Scope scope, StringBuilder out) {
    for (Statement statement : statements) {
      budget.step();
      Flow flow = run(statement, scope, out);
      if (flow != Flow.ON) {
        return flow;
      }
    }
    return Flow.ON;
  }

  private Flow run(Statement statement, Scope scope, StringBuilder out) {
    switch (statement) {
      case Statement.Text text -> write(text.text(), out);
      case Statement.Print print -> write(PythonText.str(value(print.value(), scope)), out);
      case Statement.If choice -> {
        return choose(choice, scope, out);
      }
      case Statement.For loop -> {
        budget.enter();
        Flow flow = loop(loop, evaluator.items(loop.items(), scope), scope, 0, out);
        budget.leave();
        if (flow != Flow.ON && loop.recursive()) {
          throw outsideOfALoop();
        }
        return flow;
      }
      case Statement.Set set -> assign(set.target(), evaluator.marked(set.value(), scope), scope);
      case Statement.SetBlock set -> {
        StringBuilder text = new StringBuilder();
        Flow flow = collected(set.body(), new Scope(scope), text);
        if (flow != Flow.ON) {
          return flow;
        }
        assign(set.target(), filtered(set.filter(), text.toString(), scope), scope);
      }
      case Statement.With with -> {
        Scope inner = new Scope(scope);
        for (int i = 0; i < with.targets().size(); i++) {
          assign(with.targets().get(i), value(with.values().get(i), scope), inner);
        }
        return nested(with.body(), inner, out);
      }
      case Statement.Macro macro ->
          scope.put(
              macro.name(),
              new MacroValue(macro.name(), macro.signature(), macro.body(), scope, this));
      case Statement.CallBlock block -> write(PythonText.str(call(block, scope)), out);
      case Statement.FilterBlock block -> {
        StringBuilder text = new StringBuilder();
        Flow flow = collected(block.body(), new Scope(scope), text);
        if (flow != Flow.ON) {
          return flow;
        }
        write(PythonText.str(filtered(block.filter(), text.toString(), scope)), out);
      }
      case Statement.Block block -> write(block(block, scope), out);
      case Statement.Scoped scoped -> {
        return nested(scoped.body(), new Scope(scope), out);
      }
      case Statement.Break ignored -> {
        return Flow.BREAK;
      }
      case Statement.Continue ignored -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.ON;
  }

  private Flow choose(Statement.If choice, Scope scope, StringBuilder out) {
    for (Statement.Branch branch : choice.branches()) {
      if (Values.truth(value(branch.test(), scope))) {
        return nested(branch.body(), scope, out);
      }
    }
    return nested(choice.otherwise(), scope, out);
  }

  private Flow nested(List<Statement> body, Scope scope, StringBuilder out) {
    budget.enter();
    Flow flow = run(body, scope, out);
    budget.leave();
    return flow;
  }

  /** Runs a body whose text is for more than to be written; a break or continue drops it. */
  private Flow collected(List<Statement> body, Scope scope, StringBuilder text) {
    Flow flow = nested(body, scope, text);
    budget.make(text.length());
    return flow;
  }

  /** A break or continue where there are no items is for the loop around this one. */
  private Flow loop(
      Statement.For loop, List<Object> all, Scope scope, int depth, StringBuilder out) {
    List<Object> items = all;
    if (loop.filter() != null) {
      items = new ArrayList<>();
      for (Object item : all) {
        budget.make(1);
        Scope inner = new Scope(scope);
        assign(loop.target(), item, inner);
        if (Values.truth(value(loop.filter(), inner))) {
          items.add(item);
        }
      }
    }
    if (items.isEmpty()) {
      return run(loop.otherwise(), new Scope(scope), out);
    }
    LoopValue state = new LoopValue(items, depth, recursion(loop, scope, depth), budget);
    for (int i = 0; i < items.size(); i++) {
      budget.step();
      state.at(i);
      Scope inner = new Scope(scope);
      inner.put("loop", state);
      assign(loop.target(), items.get(i), inner);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        break;
      }
    }
    return Flow.ON;
  }

  private @Nullable Callable recursion(Statement.For loop, Scope scope, int depth) {
    if (!loop.recursive()) {
      return null;
    }
    return arguments -> {
      budget.enter();
      StringBuilder inner = new StringBuilder();
      List<Object> items = Values.items(arguments.required(0, "iterable"), budget);
      if (loop(loop, items, scope, depth + 1, inner) != Flow.ON) {
        throw outsideOfALoop();
      }
      budget.leave();
      budget.make(inner.length());
      return inner.toString();
    };
  }

  private String block(Statement.Block block, Scope around) {
    return body(block.body(), new Scope(block.scoped() ? around : top));
  }

  /** What {@code self} is: the blocks, to be written again. */
  private final class Blocks implements AttributeSource {
    private final Map<String, Statement.Block> blocks;

    Blocks(Map<String, Statement.Block> blocks) {
      this.blocks = blocks;
    }

    @Override
    public @Nullable Object attribute(String name) {
      Statement.Block block = blocks.get(name);
      return block == null ? null : (Callable) arguments -> block(block, top);
    }

    @Override
    public String typeName() {
      return "TemplateReference";
    }
  }

  private Object filtered(Expression.@Nullable Filtered filter, Object text, Scope scope) {
    return filter == null ? text : MarkupText.plain(evaluator.filtered(filter, text, scope));
  }

  private Object call(Statement.CallBlock block, Scope scope) {
    Signature signature = block.signature();
    MacroValue caller = new MacroValue("caller", signature, block.body(), scope, this);
    return evaluator.call(block.call(), scope, caller);
  }

  private void assign(Target target, Object value, Scope scope) {
    switch (target) {
      case Target.Name name -> scope.put(name.name(), value);
      case Target.Field field -> {
        Object namespace = scope.find(field.namespace());
        if (!(namespace instanceof NamespaceValue named)) {
          throw new Failure("cannot assign attribute on non-namespace object", field.line(), false);
        }
        budget.make(1);
        named.fields().put(field.field(), value);
      }
      case Target.Tuple tuple -> {
        List<Object> items = unpack(value);
        int expected = tuple.targets().size();
        if (items.size() != expected) {
          throw new Failure(
              items.size() < expected
                  ? "not enough values to unpack (expected "
                      + expected
                      + ", got "
                      + items.size()
                      + ")"
                  : "too many values to unpack (expected " + expected + ")");
        }
        for (int i = 0; i < expected; i++) {
          assign(tuple.targets().get(i), items.get(i), scope);
        }
      }
    }
  }

  private List<Object> unpack(Object marked) {
    Object value = MarkupText.plain(marked);
    if (!Values.iterable(value)) {
      throw new Failure("cannot unpack non-iterable " + Values.typeName(value) + " object");
    }
    return Values.items(value, budget);
  }

  private void write(String text, StringBuilder out) {
    budget.make(text.length());
    out.append(text);
  }
}
