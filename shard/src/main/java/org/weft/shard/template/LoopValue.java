package org.weft.shard.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code loop} is inside of a for: where it stands. One loop's; one thread. */
final class LoopValue implements AttributeSource, Callable {
  private final List<Object> items;
  private final int depth;
  private final @Nullable Callable recurse;
  private final Budget budget;
  private int index;
  private @Nullable Object changed;

  /**
   * @param depth counted from 0
   * @param recurse runs the same loop over other items; null unless it is recursive
   */
  LoopValue(List<Object> items, int depth, @Nullable Callable recurse, Budget budget) {
    this.items = items;
    this.depth = depth;
    this.recurse = recurse;
    this.budget = budget;
  }

  void at(int newIndex) {
    index = newIndex;
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) items.size() - index;
      case "revindex0" -> items.size() - index - 1L;
      case "first" -> index == 0;
      case "last" -> index == items.size() - 1;
      case "length" -> (long) items.size();
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" ->
          index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
      case "nextitem" ->
          index + 1 < items.size() ? items.get(index + 1) : new Undefined("there is no next item");
      case "cycle" -> (Callable) this::cycle;
      case "changed" -> (Callable) this::changed;
      default -> null;
    };
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }

  @Override
  public Object call(Arguments arguments) {
    if (recurse == null) {
      throw new Failure("The loop must have the 'recursive' marker to be called recursively.");
    }
    return recurse.call(arguments);
  }

  String text() {
    return "<LoopContext " + (index + 1) + "/" + items.size() + ">";
  }

  private Object cycle(Arguments arguments) {
    List<Object> values = arguments.positional();
    if (values.isEmpty()) {
      throw new Failure("no items for cycling given");
    }
    return values.get(index % values.size());
  }

  private Object changed(Arguments arguments) {
    TupleValue now = new TupleValue(arguments.positional());
    boolean differs = changed == null || !Values.equal(changed, now, budget);
    changed = now;
    return differs;
  }
}
