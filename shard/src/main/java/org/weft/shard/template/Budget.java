package org.weft.shard.template;

/**
 * What one rendering may use, so that a hostile template neither hangs nor fills the memory: steps
 * of evaluation, cells (characters and list entries) ever made, and depth. One rendering's; one
 * thread.
 */
final class Budget {
  private static final int MOST_STEPS = 10_000_000;
  private static final long MOST_CELLS = 64L << 20;
  private static final int MOST_DEPTH = 700;

  private int steps;
  private long cells;
  private int depth;

  void step() {
    if (++steps > MOST_STEPS) {
      throw new Failure("the template takes more than " + MOST_STEPS + " steps");
    }
  }

  /** Before that many characters or entries are made. */
  void make(long count) {
    cells += count;
    if (cells > MOST_CELLS || count > MOST_CELLS) {
      throw new Failure("the template makes more than " + MOST_CELLS + " characters of text");
    }
  }

  /** Like {@link #make}, for reading that much without making anything. */
  void read(long count) {
    make(count / 32);
  }

  void enter() {
    step();
    if (++depth > MOST_DEPTH) {
      throw new Failure("the template is nested more than " + MOST_DEPTH + " deep");
    }
  }

  void leave() {
    depth--;
  }
}
