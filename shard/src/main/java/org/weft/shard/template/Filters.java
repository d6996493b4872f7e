package org.weft.shard.template;

import java.util.HashMap;
import java.util.Map;

/** The filters by name. */
final class Filters {
  private static final Map<String, Filter> ALL = new HashMap<>();

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

  static Object apply(String name, Object value, Arguments arguments, Evaluator evaluator) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw new Failure("No filter named " + PythonText.repr(name) + ".");
    }
    return filter.apply(value, arguments, evaluator);
  }

  static boolean exists(String name) {
    return ALL.containsKey(name);
  }

  private Filters() {}
}
