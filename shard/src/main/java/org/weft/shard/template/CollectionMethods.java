package org.weft.shard.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of lists, tuples and dicts that change nothing. */
final class CollectionMethods {
  private final Budget budget;

  CollectionMethods(Budget budget) {
    this.budget = budget;
  }

  @Nullable Callable listMethod(List<Object> items, Object owner, String name) {
    return switch (name) {
      case "count" -> arguments -> count(items, arguments.required(0, "value"));
      case "index" -> arguments -> index(items, arguments.required(0, "value"));
      case "copy" -> owner instanceof ListValue ? arguments -> owner : null;
      default -> null;
    };
  }

  @Nullable Callable dictMethod(DictValue dict, String name) {
    return switch (name) {
      case "items" -> arguments -> new DictView(DictView.Kind.ITEMS, dict);
      case "keys" -> arguments -> new DictView(DictView.Kind.KEYS, dict);
      case "values" -> arguments -> new DictView(DictView.Kind.VALUES, dict);
      case "copy" -> arguments -> dict;
      case "get" ->
          arguments -> {
            arguments.check("get", "key", "default");
            Object value = dict.get(arguments.required(0, "key"));
            return value == null ? arguments.get(1, "default", None.NONE) : value;
          };
      default -> null;
    };
  }

  private Object count(List<Object> items, Object wanted) {
    long count = 0;
    for (Object item : items) {
      budget.step();
      count += Values.equal(item, wanted, budget) ? 1 : 0;
    }
    return count;
  }

  private Object index(List<Object> items, Object wanted) {
    for (int i = 0; i < items.size(); i++) {
      budget.step();
      if (Values.equal(items.get(i), wanted, budget)) {
        return (long) i;
      }
    }
    throw new Failure(PythonText.repr(wanted) + " is not in list");
  }
}
