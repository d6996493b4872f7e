package org.weft.shard.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a call passes. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(Object... positional) {
    return new Arguments(List.of(positional), Map.of());
  }

  /** The argument at this place or of this name; null if not given. */
  @Nullable Object get(int index, String name) {
    return index < positional.size() ? positional.get(index) : named.get(name);
  }

  Object get(int index, String name, Object fallback) {
    Object value = get(index, name);
    return value == null ? fallback : value;
  }

  Object required(int index, String name) {
    Object value = get(index, name);
    if (value == null) {
      throw new Failure("missing a required argument: '" + name + "'");
    }
    return value;
  }

  String text(int index, String name, String fallback) {
    Object value = get(index, name);
    return value == null ? fallback : PythonText.str(value);
  }

  long integer(int index, String name, long fallback) {
    Object value = get(index, name);
    return value == null ? fallback : Numbers.index(value);
  }

  boolean flag(int index, String name, boolean fallback) {
    Object value = get(index, name);
    return value == null ? fallback : Values.truth(value);
  }

  /** Without the first {@code count} positional ones. */
  Arguments after(int count) {
    return new Arguments(
        positional.subList(Math.min(count, positional.size()), positional.size()), named);
  }

  /** Refuses more arguments, or others, than these. */
  Arguments check(String function, String... names) {
    if (positional.size() > names.length) {
      throw new Failure(
          function
              + "() takes at most "
              + names.length
              + " arguments ("
              + positional.size()
              + " given)");
    }
    for (String name : named.keySet()) {
      int index = List.of(names).indexOf(name);
      if (index < 0) {
        throw new Failure(function + "() got an unexpected keyword argument '" + name + "'");
      }
      if (index < positional.size()) {
        throw new Failure(function + "() got multiple values for argument '" + name + "'");
      }
    }
    return this;
  }
}
