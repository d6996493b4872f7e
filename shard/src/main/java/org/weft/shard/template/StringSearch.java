package org.weft.shard.template;

import java.util.Collections;
import java.util.List;

/** Those methods of Python's str that look for another text within it. */
final class StringSearch {
  private final Budget budget;

  StringSearch(Budget budget) {
    this.budget = budget;
  }

  Object affix(String text, Arguments arguments, boolean start) {
    Object affix = arguments.required(0, "prefix");
    String within = within(text, arguments);
    List<Object> choices =
        affix instanceof TupleValue tuple ? tuple.items() : Collections.singletonList(affix);
    for (Object choice : choices) {
      if (!(choice instanceof String wanted)) {
        throw new Failure(
            (start ? "startswith" : "endswith")
                + " first arg must be str or a tuple of str, not "
                + Values.typeName(choice));
      }
      if (start ? within.startsWith(wanted) : within.endsWith(wanted)) {
        return true;
      }
    }
    return false;
  }

  /** What the optional start and end, the second and third argument, leave. */
  private String within(String text, Arguments arguments) {
    Object start = arguments.get(1, "start", None.NONE);
    Object end = arguments.get(2, "end", None.NONE);
    return start == None.NONE && end == None.NONE
        ? text
        : (String) Slices.slice(text, start, end, None.NONE, budget);
  }

  Object find(String text, String name, Arguments arguments) {
    String wanted = StringMethods.string(arguments, 0, "sub");
    budget.read(text.length());
    Object start = arguments.get(1, "start", None.NONE);
    String within = within(text, arguments);
    int at = name.startsWith("r") ? within.lastIndexOf(wanted) : within.indexOf(wanted);
    if (at < 0) {
      if (name.endsWith("index")) {
        throw new Failure("substring not found");
      }
      return -1L;
    }
    long skipped = start == None.NONE ? 0 : Numbers.index(start);
    long length = CodePoints.length(text);
    skipped = Math.clamp(skipped < 0 ? skipped + length : skipped, 0, length);
    return skipped + within.codePointCount(0, at);
  }

  Object count(String text, Arguments arguments) {
    String wanted = StringMethods.string(arguments, 0, "sub");
    String within = within(text, arguments);
    budget.read(within.length());
    if (wanted.isEmpty()) {
      return CodePoints.length(within) + 1L;
    }
    long count = 0;
    for (int i = within.indexOf(wanted); i >= 0; i = within.indexOf(wanted, i + wanted.length())) {
      count++;
    }
    return count;
  }

  /** Before, at and after the separator at {@code at}, which is negative where it was not found. */
  Object parts(String text, int at, String separator, boolean last) {
    if (separator.isEmpty()) {
      throw new Failure("empty separator");
    }
    budget.make(text.length());
    if (at < 0) {
      return last ? TupleValue.of("", "", text) : TupleValue.of(text, "", "");
    }
    return TupleValue.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }
}
