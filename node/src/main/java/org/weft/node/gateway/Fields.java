package org.weft.node.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, read strictly: no value is coerced, null is as good as absent, and
 * what nobody asked for is refused by {@link #end}.
 */
final class Fields {
  private final ObjectNode object;
  private final String path;
  private final Set<String> known = new HashSet<>();

  /** {@code path} is what errors put before a name: "" or "messages[0].", say. */
  Fields(ObjectNode object, String path) {
    this.object = object;
    this.path = path;
  }

  /** The value, or null where there is none. */
  @Nullable JsonNode node(String name) {
    known.add(name);
    JsonNode node = object.get(name);
    return node == null || node.isNull() ? null : node;
  }

  JsonNode required(String name) {
    JsonNode node = node(name);
    if (node == null) {
      throw ApiException.invalid(
          path + name,
          "missing_required_parameter",
          "Missing required parameter: '%s'.".formatted(path + name));
    }
    return node;
  }

  Optional<String> string(String name) {
    JsonNode node = node(name);
    return node == null ? Optional.empty() : Optional.of(string(node, path + name));
  }

  /** An object's own members; whoever reads them ends with {@link #end}. */
  Optional<Fields> object(String name) {
    JsonNode node = node(name);
    if (node == null) {
      return Optional.empty();
    }
    if (!(node instanceof ObjectNode members)) {
      throw wrongType(path + name, "an object", node);
    }
    return Optional.of(new Fields(members, path + name + "."));
  }

  boolean bool(String name, boolean otherwise) {
    JsonNode node = node(name);
    if (node == null) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw wrongType(path + name, "a boolean", node);
    }
    return node.booleanValue();
  }

  OptionalInt integer(String name, int min, int max) {
    JsonNode node = node(name);
    return node == null
        ? OptionalInt.empty()
        : OptionalInt.of((int) integer(node, path + name, min, max));
  }

  OptionalLong anyInteger(String name) {
    JsonNode node = node(name);
    return node == null
        ? OptionalLong.empty()
        : OptionalLong.of(integer(node, path + name, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  double number(String name, double min, double max, double otherwise) {
    JsonNode node = node(name);
    return node == null ? otherwise : number(node, path + name, min, max);
  }

  /** Refuses a value that is neither absent nor one of {@code harmless}, which change nothing. */
  void unsupported(String name, JsonNode... harmless) {
    JsonNode node = node(name);
    if (node == null) {
      return;
    }
    for (JsonNode allowed : harmless) {
      if (node.equals(allowed)) {
        return;
      }
    }
    throw ApiException.unsupported(
        path + name,
        harmless.length == 0 || harmless[0].isEmpty() && harmless[0].isArray()
            ? "is not supported by this server"
            : "is not supported by this server, but for the value " + either(harmless));
  }

  private static String either(JsonNode[] values) {
    return Arrays.stream(values).map(JsonNode::toString).collect(Collectors.joining(" or "));
  }

  /** Refuses members that no call named. */
  void end() {
    for (var names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw ApiException.invalid(
            path + name, "unknown_parameter", "Unknown parameter: '%s'.".formatted(path + name));
      }
    }
  }

  static String string(JsonNode node, String param) {
    if (!node.isTextual()) {
      throw wrongType(param, "a string", node);
    }
    String text = node.textValue();
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isHighSurrogate(text.charAt(i))
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw ApiException.invalid(
              param,
              "invalid_value",
              "Invalid '%s': it holds half of a surrogate pair, which is no character."
                  .formatted(param));
        }
        i++;
      }
    }
    return text;
  }

  static long integer(JsonNode node, String param, long min, long max) {
    if (!node.isNumber()) {
      throw wrongType(param, "an integer", node);
    }
    if (!node.isIntegralNumber() && node.doubleValue() != Math.rint(node.doubleValue())) {
      throw ApiException.invalid(
          param,
          "invalid_type",
          "Invalid type for '%s': expected an integer, but got a decimal number instead."
              .formatted(param));
    }
    boolean small = node.isIntegralNumber() ? node.canConvertToLong() : exact(node.doubleValue());
    boolean negative = node.doubleValue() < 0;
    if (small ? node.longValue() < min : negative) {
      throw outside(
          param, "integer", "below minimum", ">= " + min, node, "integer_below_min_value");
    }
    if (!small || node.longValue() > max) {
      throw outside(
          param, "integer", "above maximum", "<= " + max, node, "integer_above_max_value");
    }
    return node.longValue();
  }

  static double number(JsonNode node, String param, double min, double max) {
    if (!node.isNumber()) {
      throw wrongType(param, "a decimal number", node);
    }
    double value = node.doubleValue();
    if (!(value >= min)) {
      throw outside(
          param, "decimal", "below minimum", ">= " + min, node, "decimal_below_min_value");
    }
    if (!(value <= max)) {
      throw outside(
          param, "decimal", "above maximum", "<= " + max, node, "decimal_above_max_value");
    }
    return value;
  }

  static ApiException wrongType(String param, String expected, JsonNode got) {
    return ApiException.invalid(
        param,
        "invalid_type",
        "Invalid type for '%s': expected %s, but got %s instead."
            .formatted(param, expected, kind(got)));
  }

  private static boolean exact(double value) {
    return Math.abs(value) < 0x1p62;
  }

  private static ApiException outside(
      String param, String kind, String side, String limit, JsonNode got, String code) {
    return ApiException.invalid(
        param,
        code,
        "Invalid '%s': %s %s value. Expected a value %s, but got %s instead."
            .formatted(param, kind, side, limit, got));
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case BOOLEAN -> "a boolean";
      case NUMBER -> node.isIntegralNumber() ? "an integer" : "a decimal number";
      case OBJECT, POJO -> "an object";
      case STRING, BINARY -> "a string";
      case NULL, MISSING -> "null";
    };
  }
}
