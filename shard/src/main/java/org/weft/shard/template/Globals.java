package org.weft.shard.template;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions that every template has. */
final class Globals {
  static void add(Scope scope, Clock clock, Budget budget, Interpreter interpreter) {
    scope.put("range", (Callable) arguments -> range(arguments));
    scope.put("dict", (Callable) arguments -> dict(arguments, budget));
    scope.put("namespace", (Callable) arguments -> namespace(arguments, budget));
    scope.put("cycler", (Callable) Cycler::of);
    scope.put("joiner", (Callable) Joiner::of);
    scope.put(
        "raise_exception",
        (Callable)
            arguments -> {
              throw new Failure(
                  PythonText.str(arguments.required(0, "message")), interpreter.line(), true);
            });
    scope.put(
        "strftime_now",
        (Callable)
            arguments ->
                Strftime.format(
                    PythonText.str(arguments.required(0, "format")),
                    ZonedDateTime.now(clock),
                    budget));
  }

  private static Object range(Arguments arguments) {
    List<Object> ends = arguments.positional();
    if (ends.isEmpty() || ends.size() > 3) {
      throw new Failure("range expected 1 to 3 arguments, got " + ends.size());
    }
    long first = Numbers.index(ends.getFirst());
    return ends.size() == 1
        ? new RangeValue(0, first, 1)
        : new RangeValue(
            first, Numbers.index(ends.get(1)), ends.size() == 3 ? Numbers.index(ends.get(2)) : 1);
  }

  private static DictValue dict(Arguments arguments, Budget budget) {
    DictValue dict = new DictValue();
    for (Object source : arguments.positional()) {
      if (source instanceof DictValue other) {
        budget.make(4L * other.size());
        other.items().forEach(item -> dict.put(item.key(), item.value()));
      } else {
        for (Object pair : Values.items(source, budget)) {
          List<Object> both = Values.items(pair, budget);
          if (both.size() != 2) {
            throw new Failure(
                "dictionary update sequence element has length " + both.size() + "; 2 is required");
          }
          budget.make(4);
          dict.put(both.get(0), both.get(1));
        }
      }
    }
    arguments.named().forEach(dict::put);
    return dict;
  }

  private static Object namespace(Arguments arguments, Budget budget) {
    NamespaceValue namespace = new NamespaceValue();
    for (DictValue.Item item : dict(arguments, budget).items()) {
      namespace.fields().put(PythonText.str(item.key()), item.value());
    }
    return namespace;
  }

  /** Goes round its values by {@code next()}. */
  private static final class Cycler implements AttributeSource {
    private final List<Object> values;
    private int at;

    private Cycler(List<Object> values) {
      this.values = values;
    }

    static Object of(Arguments arguments) {
      if (arguments.positional().isEmpty()) {
        throw new Failure("at least one item has to be provided");
      }
      return new Cycler(new ArrayList<>(arguments.positional()));
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "next" ->
            (Callable)
                arguments -> {
                  Object value = values.get(at);
                  at = (at + 1) % values.size();
                  return value;
                };
        case "reset" ->
            (Callable)
                arguments -> {
                  at = 0;
                  return None.NONE;
                };
        case "current" -> values.get(at);
        default -> null;
      };
    }

    @Override
    public String typeName() {
      return "Cycler";
    }
  }

  /** Nothing the first time, then its separator. */
  private static final class Joiner implements Callable {
    private final String separator;
    private boolean used;

    private Joiner(String separator) {
      this.separator = separator;
    }

    static Object of(Arguments arguments) {
      return new Joiner(arguments.check("joiner", "sep").text(0, "sep", ", "));
    }

    @Override
    public Object call(Arguments arguments) {
      String text = used ? separator : "";
      used = true;
      return text;
    }
  }

  private Globals() {}
}
