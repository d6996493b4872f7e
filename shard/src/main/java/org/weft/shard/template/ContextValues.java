package org.weft.shard.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** From the caller's Java values to copies that a template can see. */
final class ContextValues {
  private static final int MOST_DEPTH = 150;

  static Object of(String name, @Nullable Object value) {
    return convert(name, value, 0);
  }

  private static Object convert(String name, @Nullable Object value, int depth) {
    if (depth > MOST_DEPTH) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "The chat template's variable \""
              + name
              + "\" is nested more than "
              + MOST_DEPTH
              + " deep.");
    }
    return switch (value) {
      case null -> None.NONE;
      case String text -> text;
      case Boolean flag -> flag;
      case Long number -> number;
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Byte number -> number.longValue();
      case BigInteger number -> Numbers.integer(number);
      case Double number -> number;
      case Float number -> number.doubleValue();
      case BigDecimal number -> number.doubleValue();
      case List<?> list -> {
        List<Object> items = new ArrayList<>(list.size());
        for (Object item : list) {
          items.add(convert(name, item, depth + 1));
        }
        yield new ListValue(items);
      }
      case Map<?, ?> map -> {
        DictValue dict = new DictValue();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          dict.put(
              convert(name, entry.getKey(), depth + 1), convert(name, entry.getValue(), depth + 1));
        }
        yield dict;
      }
      default ->
          throw new ShardException(
              ShardError.ARGUMENT,
              "The chat template's variable \""
                  + name
                  + "\" is neither text, number, truth value, list nor object.");
    };
  }

  private ContextValues() {}
}
