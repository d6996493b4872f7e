package org.weft.shard.template;

import java.util.ArrayList;
import java.util.List;

/** Python's slices. */
final class Slices {
  static Object slice(Object owner, Object start, Object stop, Object step, Budget budget) {
    return switch (owner) {
      case String text -> text(text, start, stop, step, budget);
      case ListValue list -> new ListValue(items(list.items(), start, stop, step, budget));
      case TupleValue tuple -> new TupleValue(items(tuple.items(), start, stop, step, budget));
      case RangeValue range -> new ListValue(items(range, start, stop, step, budget));
      case Undefined undefined -> throw undefined.failure();
      case DictValue dict -> throw new Failure("unhashable type: 'slice'");
      default -> throw new Failure("'" + Values.typeName(owner) + "' object is not subscriptable");
    };
  }

  private static Object text(String text, Object start, Object stop, Object step, Budget budget) {
    int length = CodePoints.length(text);
    budget.read(text.length());
    Range range = Range.of(length, start, stop, step);
    budget.make(range.count());
    if (range.step() == 1) {
      return range.count() == 0
          ? ""
          : CodePoints.substring(text, (int) range.start(), (int) (range.start() + range.count()));
    }
    budget.make(text.length());
    int[] codePoints = text.codePoints().toArray();
    StringBuilder sliced = new StringBuilder();
    for (long i = 0; i < range.count(); i++) {
      sliced.appendCodePoint(codePoints[(int) range.at(i)]);
    }
    return sliced.toString();
  }

  private static List<Object> items(
      List<Object> items, Object start, Object stop, Object step, Budget budget) {
    Range range = Range.of(items.size(), start, stop, step);
    budget.make(range.count());
    List<Object> sliced = new ArrayList<>((int) range.count());
    for (long i = 0; i < range.count(); i++) {
      sliced.add(items.get((int) range.at(i)));
    }
    return sliced;
  }

  private record Range(long start, long step, long count) {
    static Range of(int length, Object start, Object stop, Object step) {
      long stride = step == None.NONE ? 1 : index(step);
      if (stride == 0) {
        throw new Failure("slice step cannot be zero");
      }
      long low = stride > 0 ? 0 : -1;
      long high = stride > 0 ? length : length - 1L;
      long from =
          start == None.NONE ? (stride > 0 ? low : high) : clamp(index(start), length, low, high);
      long to =
          stop == None.NONE ? (stride > 0 ? high : low) : clamp(index(stop), length, low, high);
      long span = stride > 0 ? to - from : from - to;
      long count = span <= 0 ? 0 : (span - 1) / Math.abs(stride) + 1;
      return new Range(from, stride, count);
    }

    long at(long i) {
      return start + i * step;
    }

    private static long clamp(long index, int length, long low, long high) {
      long absolute = index < 0 ? index + length : index;
      return Math.clamp(absolute, low, high);
    }

    private static long index(Object value) {
      if (value instanceof Undefined undefined) {
        throw undefined.failure();
      }
      if (!Numbers.isInteger(value)) {
        throw new Failure("slice indices must be integers or None or have an __index__ method");
      }
      return Math.clamp(Numbers.index(value), -(1L << 40), 1L << 40);
    }
  }

  private Slices() {}
}
