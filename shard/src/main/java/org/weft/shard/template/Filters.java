package org.weft.shard.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The filters by name. */
final class Filters {
  private static final Map<String, Filter> ALL = new HashMap<>();

  /** What leaves text that is marked as safe alone. */
  private static final Set<String> PASSING =
      Set.of("escape", "e", "safe", "string", "default", "d");

  /** What marks text as safe. */
  private static final Set<String> MARKING = Set.of("escape", "e", "safe", "forceescape");

  /** What gives marked text for marked text. */
  private static final Set<String> KEEPING =
      Set.of("trim", "upper", "lower", "capitalize", "indent", "center");

  static {
    TextFilters.add(ALL);
    ValueFilters.add(ALL);
    SequenceFilters.add(ALL);
    SelectionFilters.add(ALL);
  }

  /** What stands behind a name after a bar. */
  @FunctionalInterface
  interface Filter {
    Object apply(Object value, Arguments arguments, Evaluator evaluator);
  }

  /** Applies a filter; the value, and what comes out, may be {@link MarkupText}. */
  static Object apply(String name, Object value, Arguments arguments, Evaluator evaluator) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw new Failure("No filter named " + PythonText.repr(name) + ".");
    }
    boolean safe = value instanceof MarkupText;
    if (safe && PASSING.contains(name)) {
      return value;
    }
    Object result = filter.apply(MarkupText.plain(value), arguments, evaluator);
    boolean marks = MARKING.contains(name) || (safe && KEEPING.contains(name));
    return marks && result instanceof String text ? new MarkupText(text) : result;
  }

  static boolean exists(String name) {
    return ALL.containsKey(name);
  }

  private Filters() {}
}
