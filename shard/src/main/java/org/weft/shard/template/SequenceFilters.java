package org.weft.shard.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Filters.Filter;

/** Filters of sequences that keep or arrange what is in them. */
final class SequenceFilters {
  static void add(Map<String, Filter> all) {
    all.put("first", SequenceFilters::first);
    all.put("last", SequenceFilters::last);
    all.put("list", (value, arguments, evaluator) -> new ListValue(copy(value, evaluator)));
    all.put("join", SequenceFilters::join);
    all.put("reverse", SequenceFilters::reverse);
    all.put("items", SequenceFilters::items);
    all.put("random", SequenceFilters::random);
    all.put("sort", SequenceFilters::sort);
    all.put("dictsort", SequenceFilters::dictSort);
    all.put("min", (value, arguments, evaluator) -> extreme(value, arguments, evaluator, -1));
    all.put("max", (value, arguments, evaluator) -> extreme(value, arguments, evaluator, 1));
    all.put("sum", SequenceFilters::sum);
    all.put("batch", SequenceFilters::batch);
    all.put("slice", SequenceFilters::slice);
  }

  private static List<Object> copy(Object value, Evaluator evaluator) {
    List<Object> items = Values.items(value, evaluator.budget());
    evaluator.budget().make(2L * items.size());
    return new ArrayList<>(items);
  }

  private static Object first(Object value, Arguments arguments, Evaluator evaluator) {
    if (value instanceof GeneratorValue generator) {
      return generator.items().hasNext() ? generator.items().next() : nothing("first");
    }
    if (value instanceof String text) {
      return text.isEmpty() ? nothing("first") : Character.toString(text.codePointAt(0));
    }
    List<Object> items = Values.items(value, evaluator.budget());
    return items.isEmpty() ? nothing("first") : items.getFirst();
  }

  private static Object last(Object value, Arguments arguments, Evaluator evaluator) {
    if (value instanceof GeneratorValue) {
      throw new Failure("'generator' object is not reversible");
    }
    if (value instanceof String text) {
      return text.isEmpty()
          ? nothing("last")
          : Character.toString(text.codePointBefore(text.length()));
    }
    List<Object> items = Values.items(value, evaluator.budget());
    return items.isEmpty() ? nothing("last") : items.getLast();
  }

  /** As in jinja2, another one each time: no seed reaches a template. */
  private static Object random(Object value, Arguments arguments, Evaluator evaluator) {
    if (value instanceof GeneratorValue || value instanceof DictValue) {
      throw new Failure("random takes a sequence, not " + Values.typeName(value));
    }
    List<Object> items = Values.items(value, evaluator.budget());
    return items.isEmpty()
        ? nothing("random")
        : items.get(ThreadLocalRandom.current().nextInt(items.size()));
  }

  private static Undefined nothing(String which) {
    return new Undefined("No " + which + " item, sequence was empty.");
  }

  private static Object join(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("join", "d", "attribute");
    String separator = arguments.text(0, "d", "");
    Object attribute = arguments.get(1, "attribute", None.NONE);
    Function<Object, Object> key =
        attribute == None.NONE ? item -> item : path(attribute, null, evaluator);
    StringBuilder out = new StringBuilder();
    boolean begun = false;
    for (Object item : Values.items(value, evaluator.budget())) {
      String text = PythonText.str(key.apply(item));
      evaluator.budget().make((long) text.length() + separator.length());
      out.append(begun ? separator : "").append(text);
      begun = true;
    }
    return out.toString();
  }

  private static Object reverse(Object value, Arguments arguments, Evaluator evaluator) {
    if (value instanceof String text) {
      evaluator.budget().make(text.length());
      return new StringBuilder(text).reverse().toString();
    }
    List<Object> items = copy(value, evaluator);
    Collections.reverse(items);
    return GeneratorValue.of(items);
  }

  private static Object items(Object value, Arguments arguments, Evaluator evaluator) {
    return switch (value) {
      case Undefined undefined -> GeneratorValue.of(List.of());
      case DictValue dict -> {
        evaluator.budget().make(4L * dict.size());
        yield GeneratorValue.of(dict.pairs());
      }
      default -> throw new Failure("Can only get item pairs from a mapping.");
    };
  }

  private static Object sort(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("sort", "reverse", "case_sensitive", "attribute");
    boolean exact = arguments.flag(1, "case_sensitive", false);
    Object attribute = arguments.get(2, "attribute", None.NONE);
    List<Object> items = copy(value, evaluator);
    Function<Object, Object> key = paths(attribute, exact, evaluator);
    record Keyed(Object key, Object item) {}
    List<Keyed> keyed = new ArrayList<>(items.size());
    items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
    Sorting.sort(keyed, Keyed::key, arguments.flag(0, "reverse", false), evaluator.budget());
    List<Object> sorted = new ArrayList<>(items.size());
    keyed.forEach(each -> sorted.add(each.item()));
    return new ListValue(sorted);
  }

  private static Object dictSort(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("dictsort", "case_sensitive", "by", "reverse");
    if (!(value instanceof DictValue dict)) {
      throw new Failure("dictsort takes a mapping, not " + Values.typeName(value));
    }
    String by = arguments.text(1, "by", "key");
    if (!by.equals("key") && !by.equals("value")) {
      throw new Failure("You can only sort by either \"key\" or \"value\"");
    }
    boolean exact = arguments.flag(0, "case_sensitive", false);
    List<DictValue.Item> items = new ArrayList<>(dict.items());
    evaluator.budget().make(4L * items.size());
    Function<DictValue.Item, Object> key =
        item -> caseBlind(by.equals("key") ? item.key() : item.value(), exact);
    Sorting.sort(items, key, arguments.flag(2, "reverse", false), evaluator.budget());
    List<Object> sorted = new ArrayList<>();
    items.forEach(item -> sorted.add(TupleValue.of(item.key(), item.value())));
    return new ListValue(sorted);
  }

  private static Object extreme(
      Object value, Arguments arguments, Evaluator evaluator, int direction) {
    arguments.check("min", "case_sensitive", "attribute");
    boolean exact = arguments.flag(0, "case_sensitive", false);
    Object attribute = arguments.get(1, "attribute", None.NONE);
    Function<Object, Object> key =
        attribute == None.NONE ? item -> item : path(attribute, null, evaluator);
    Object best = null;
    Object bestKey = null;
    for (Object item : Values.items(value, evaluator.budget())) {
      Object itemKey = caseBlind(key.apply(item), exact);
      if (best == null
          || bestKey == null
          || Operators.order(itemKey, bestKey, evaluator.budget()) * direction > 0) {
        best = item;
        bestKey = itemKey;
      }
    }
    return best == null ? new Undefined("No aggregated item, sequence was empty.") : best;
  }

  private static Object sum(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("sum", "attribute", "start");
    Object attribute = arguments.get(0, "attribute", None.NONE);
    Function<Object, Object> key =
        attribute == None.NONE ? item -> item : path(attribute, null, evaluator);
    Object sum = arguments.get(1, "start", 0L);
    if (sum instanceof String) {
      throw new Failure("sum() can't sum strings [use ''.join(seq) instead]");
    }
    for (Object item : Values.items(value, evaluator.budget())) {
      sum = Operators.arithmetic(Expression.Operator.ADD, sum, key.apply(item), evaluator);
    }
    return sum;
  }

  private static Object batch(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("batch", "linecount", "fill_with");
    long size = Numbers.index(arguments.required(0, "linecount"));
    Object fill = arguments.get(1, "fill_with", None.NONE);
    List<Object> batches = new ArrayList<>();
    List<Object> row = new ArrayList<>();
    for (Object item : copy(value, evaluator)) {
      if (row.size() == size) {
        batches.add(new ListValue(row));
        row = new ArrayList<>();
      }
      row.add(item);
    }
    if (!row.isEmpty()) {
      if (fill != None.NONE) {
        evaluator.budget().make(Math.max(0, size - row.size()));
        while (row.size() < size) {
          row.add(fill);
        }
      }
      batches.add(new ListValue(row));
    }
    return GeneratorValue.of(batches);
  }

  private static Object slice(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("slice", "slices", "fill_with");
    long slices = Numbers.index(arguments.required(0, "slices"));
    Object fill = arguments.get(1, "fill_with", None.NONE);
    List<Object> items = copy(value, evaluator);
    if (slices <= 0) {
      throw new Failure("integer division or modulo by zero");
    }
    evaluator.budget().make(4 * slices);
    int each = (int) (items.size() / slices);
    int longer = (int) (items.size() % slices);
    List<Object> columns = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < slices; i++) {
      int end = at + each + (i < longer ? 1 : 0);
      List<Object> column = new ArrayList<>(items.subList(at, end));
      if (fill != None.NONE && i >= longer) {
        column.add(fill);
      }
      columns.add(new ListValue(column));
      at = end;
    }
    return GeneratorValue.of(columns);
  }

  static Object caseBlind(Object value, boolean exact) {
    return !exact && value instanceof String text ? StringCases.lower(text) : value;
  }

  /** From an item to what {@code "a.b.0"} or a number names in it. */
  static Function<Object, Object> path(
      Object attribute, @Nullable Object fallback, Evaluator evaluator) {
    List<Object> steps = new ArrayList<>();
    if (attribute instanceof String text) {
      for (String part : text.split("\\.", -1)) {
        boolean number =
            !part.isEmpty() && part.length() < 10 && part.chars().allMatch(Character::isDigit);
        steps.add(number ? (Object) Long.parseLong(part) : part);
      }
    } else {
      steps.add(attribute);
    }
    return item -> {
      Object value = item;
      for (Object step : steps) {
        value = evaluator.attributes().item(value, step);
        if (fallback != null && value instanceof Undefined) {
          value = fallback;
        }
      }
      return value;
    };
  }

  /** The key to sort by: several paths with commas between make a list. */
  private static Function<Object, Object> paths(
      Object attribute, boolean exact, Evaluator evaluator) {
    if (attribute == None.NONE) {
      return item -> caseBlind(item, exact);
    }
    List<Function<Object, Object>> keys = new ArrayList<>();
    if (attribute instanceof String text) {
      for (String part : text.split(",", -1)) {
        keys.add(path(part, null, evaluator));
      }
    } else {
      keys.add(path(attribute, null, evaluator));
    }
    return item -> {
      List<Object> all = new ArrayList<>();
      keys.forEach(key -> all.add(caseBlind(key.apply(item), exact)));
      return new ListValue(all);
    };
  }

  private SequenceFilters() {}
}
