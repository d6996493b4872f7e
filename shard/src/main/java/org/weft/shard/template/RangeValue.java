package org.weft.shard.template;

import java.util.AbstractList;

/** Python's range, bounded as Jinja's sandbox bounds it. */
final class RangeValue extends AbstractList<Object> {
  private static final int MOST = 100_000;
  private final long start;
  private final long stop;
  private final long step;
  private final int size;

  RangeValue(long start, long stop, long step) {
    if (step == 0) {
      throw new Failure("range() arg 3 must not be zero");
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
    double span = ((double) stop - start) / step;
    if (span > MOST + 0.5) {
      throw new Failure(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + MOST + ").");
    }
    this.size = (int) Math.max(0, Math.ceil(span));
  }

  @Override
  public Object get(int index) {
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }

  String text() {
    String ends = "range(" + start + ", " + stop;
    return step == 1 ? ends + ")" : ends + ", " + step + ")";
  }
}
