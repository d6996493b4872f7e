package org.weft.shard.template;

/** Python's {@code "…{}…".format(values)}, with the sandbox's rules for what fields may reach. */
final class BraceFormat {
  private final Arguments arguments;
  private final Attributes attributes;
  private final Budget budget;
  private int automatic;

  private BraceFormat(Arguments arguments, Attributes attributes, Budget budget) {
    this.arguments = arguments;
    this.attributes = attributes;
    this.budget = budget;
  }

  static String format(String format, Arguments arguments, Attributes attributes, Budget budget) {
    return new BraceFormat(arguments, attributes, budget).run(format, 2);
  }

  private String run(String format, int depth) {
    if (depth == 0) {
      throw new Failure("Max string recursion exceeded");
    }
    budget.make(format.length());
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      boolean doubled = format.startsWith(String.valueOf(c), i + 1);
      if (c != '{' && c != '}') {
        out.append(c);
      } else if (doubled) {
        out.append(c);
        i++;
      } else if (c == '}') {
        throw new Failure("Single '}' encountered in format string");
      } else {
        int close = close(format, i);
        String text = field(format.substring(i + 1, close), depth);
        budget.make(text.length());
        out.append(text);
        i = close;
      }
    }
    return out.toString();
  }

  private static int close(String format, int open) {
    int depth = 0;
    for (int i = open; i < format.length(); i++) {
      char c = format.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    throw new Failure("Single '{' encountered in format string");
  }

  private String field(String field, int depth) {
    int colon = field.indexOf(':');
    String head = colon < 0 ? field : field.substring(0, colon);
    String spec = colon < 0 ? "" : field.substring(colon + 1);
    int bang = head.indexOf('!');
    Object value = value(bang < 0 ? head : head.substring(0, bang));
    if (bang >= 0) {
      value =
          switch (head.substring(bang + 1)) {
            case "s" -> PythonText.str(value);
            case "r", "a" -> PythonText.repr(value);
            default -> throw new Failure("Unknown conversion specifier in format string");
          };
    }
    return FormatSpec.of(spec.indexOf('{') < 0 ? spec : run(spec, depth - 1)).format(value, budget);
  }

  /** {@code name.attribute[key]}. */
  private Object value(String path) {
    int end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    Object value = argument(path.substring(0, end));
    int i = end;
    while (i < path.length()) {
      boolean key = path.charAt(i) == '[';
      int next = i + 1;
      while (next < path.length()
          && (key
              ? path.charAt(next) != ']'
              : path.charAt(next) != '.' && path.charAt(next) != '[')) {
        next++;
      }
      String name = path.substring(i + 1, next);
      if (name.isEmpty() || (key && next == path.length())) {
        throw new Failure("Empty attribute in format string");
      }
      value =
          key
              ? attributes.item(
                  value,
                  name.chars().allMatch(Character::isDigit) && name.length() < 10
                      ? (Object) Long.parseLong(name)
                      : name)
              : attributes.attributeOnly(value, name);
      if (value instanceof Undefined undefined) {
        throw undefined.failure();
      }
      i = key ? next + 1 : next;
    }
    return value;
  }

  private Object argument(String name) {
    boolean number =
        !name.isEmpty() && name.length() < 10 && name.chars().allMatch(Character::isDigit);
    if (!number && !name.isEmpty()) {
      Object value = arguments.named().get(name);
      if (value == null) {
        throw new Failure(PythonText.repr(name));
      }
      return value;
    }
    int index = number ? Integer.parseInt(name) : automatic++;
    if (index >= arguments.positional().size()) {
      throw new Failure("Replacement index " + index + " out of range for positional args tuple");
    }
    return arguments.positional().get(index);
  }
}
