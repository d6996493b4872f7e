package org.weft.shard.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.weft.shard.template.Filters.Filter;

/** Filters that choose, change or group items by tests, filters and attributes. */
final class SelectionFilters {
  static void add(Map<String, Filter> all) {
    all.put("map", SelectionFilters::map);
    all.put("select", (value, arguments, evaluator) -> choose(value, arguments, evaluator, true));
    all.put("reject", (value, arguments, evaluator) -> choose(value, arguments, evaluator, false));
    all.put(
        "selectattr", (value, arguments, evaluator) -> chooseBy(value, arguments, evaluator, true));
    all.put(
        "rejectattr",
        (value, arguments, evaluator) -> chooseBy(value, arguments, evaluator, false));
    all.put("unique", SelectionFilters::unique);
    all.put("groupby", SelectionFilters::group);
  }

  /** jinja2 looks at nothing, not even the arguments, where the value is empty or None. */
  private static Object map(Object value, Arguments arguments, Evaluator evaluator) {
    if (!Values.truth(value)) {
      return GeneratorValue.of(List.of());
    }
    Function<Object, Object> function;
    Object attribute = arguments.named().get("attribute");
    if (arguments.positional().isEmpty() && attribute != null) {
      for (String name : arguments.named().keySet()) {
        if (!name.equals("attribute") && !name.equals("default")) {
          throw new Failure("Unexpected keyword argument " + PythonText.repr(name));
        }
      }
      Object fallback = arguments.named().get("default");
      function =
          SequenceFilters.path(attribute, fallback == None.NONE ? null : fallback, evaluator);
    } else if (arguments.positional().isEmpty()) {
      throw new Failure("map requires a filter argument");
    } else {
      String name = PythonText.str(arguments.positional().getFirst());
      Arguments rest = arguments.after(1);
      function = item -> Filters.apply(name, item, rest, evaluator);
    }
    return lazily(value, evaluator, function);
  }

  private static Object lazily(
      Object value, Evaluator evaluator, Function<Object, Object> function) {
    return new GeneratorValue(() -> {
      List<Object> mapped = new ArrayList<>();
      for (Object item : Values.items(value, evaluator.budget())) {
        evaluator.budget().make(1);
        evaluator.budget().step();
        mapped.add(function.apply(item));
      }
      return mapped;
    });
  }

  private static Object choose(
      Object value, Arguments arguments, Evaluator evaluator, boolean wanted) {
    return chosen(value, item -> item, arguments, evaluator, wanted);
  }

  private static Object chooseBy(
      Object value, Arguments arguments, Evaluator evaluator, boolean wanted) {
    if (!Values.truth(value)) {
      return GeneratorValue.of(List.of());
    }
    if (arguments.positional().isEmpty()) {
      throw new Failure("Missing parameter for attribute name");
    }
    Function<Object, Object> key =
        SequenceFilters.path(arguments.positional().getFirst(), null, evaluator);
    return chosen(value, key, arguments.after(1), evaluator, wanted);
  }

  private static Object chosen(
      Object value,
      Function<Object, Object> key,
      Arguments test,
      Evaluator evaluator,
      boolean wanted) {
    if (!Values.truth(value)) {
      return GeneratorValue.of(List.of());
    }
    String name = test.positional().isEmpty() ? null : PythonText.str(test.positional().getFirst());
    Arguments rest = test.after(1);
    return new GeneratorValue(() -> {
      List<Object> chosen = new ArrayList<>();
      for (Object item : Values.items(value, evaluator.budget())) {
        evaluator.budget().make(1);
        evaluator.budget().step();
        Object tested = key.apply(item);
        boolean holds =
            name == null ? Values.truth(tested) : Tests.test(name, tested, rest, evaluator);
        if (holds == wanted) {
          chosen.add(item);
        }
      }
      return chosen;
    });
  }

  private static Object unique(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("unique", "case_sensitive", "attribute");
    boolean exact = arguments.flag(0, "case_sensitive", false);
    Object attribute = arguments.get(1, "attribute", None.NONE);
    Function<Object, Object> key =
        attribute == None.NONE ? item -> item : SequenceFilters.path(attribute, null, evaluator);
    DictValue seen = new DictValue();
    List<Object> unique = new ArrayList<>();
    for (Object item : Values.items(value, evaluator.budget())) {
      evaluator.budget().make(4);
      Object itemKey = SequenceFilters.caseBlind(key.apply(item), exact);
      if (seen.get(itemKey) == null) {
        seen.put(itemKey, true);
        unique.add(item);
      }
    }
    return GeneratorValue.of(unique);
  }

  private static Object group(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("groupby", "attribute", "default", "case_sensitive");
    Object fallback = arguments.get(1, "default", None.NONE);
    boolean exact = arguments.flag(2, "case_sensitive", false);
    Function<Object, Object> path =
        SequenceFilters.path(
            arguments.required(0, "attribute"), fallback == None.NONE ? null : fallback, evaluator);
    record Keyed(Object key, Object item) {}
    List<Keyed> keyed = new ArrayList<>();
    for (Object item : Values.items(value, evaluator.budget())) {
      evaluator.budget().make(4);
      keyed.add(new Keyed(SequenceFilters.caseBlind(path.apply(item), exact), item));
    }
    Sorting.sort(keyed, Keyed::key, false, evaluator.budget());
    List<Object> groups = new ArrayList<>();
    List<Object> members = new ArrayList<>();
    Object current = null;
    for (Keyed each : keyed) {
      if (current == null || !Values.equal(current, each.key(), evaluator.budget())) {
        current = each.key();
        members = new ArrayList<>();
        // Case-blind, a group bears the name that its first member has.
        groups.add(
            new TupleValue(
                List.of(path.apply(each.item()), new ListValue(members)),
                List.of("grouper", "list")));
      }
      members.add(each.item());
    }
    return new ListValue(groups);
  }

  private SelectionFilters() {}
}
