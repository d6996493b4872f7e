package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.weft.shard.kernel.Lanes.COUNT;
import static org.weft.shard.kernel.Lanes.FLOATS;
import static org.weft.shard.kernel.Lanes.LE;
import static org.weft.shard.kernel.VectorKeys.QUERIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Attention with positions in lanes for scores and channels in lanes for values. Queries, that is
 * heads of rows, go by four, which share the widening of the pages; where fewer are left, the last
 * one is repeated.
 */
final class VectorAttention {
  private static final int PAGE = KvFormat.POSITIONS;
  private static final ThreadLocal<VectorAttention> OWN = new ThreadLocal<>();

  private final long[] queries = new long[QUERIES]; // bytes in q
  private final long[] scores = new long[QUERIES]; // bytes in scratch
  private final long[] sums = new long[QUERIES]; // bytes in scratch
  private final long[] same = new long[QUERIES];
  private final long[] sameSums = new long[QUERIES];
  private final int[] heads = new int[QUERIES];
  private final int[] from = new int[QUERIES];
  private final int[] to = new int[QUERIES];

  private Attention attention;
  private MemorySegment kv;
  private MemorySegment pages;
  private long keyOffset;
  private long valueOffset;
  private MemorySegment scratch;

  /** Everything that {@link Attention#rows} was given. */
  static void rows(
      Attention attention,
      int kvHead,
      MemorySegment q,
      long qOffset,
      long qStride,
      int position,
      int rows,
      MemorySegment kv,
      MemorySegment pages,
      long keyOffset,
      long valueOffset,
      MemorySegment scratch,
      MemorySegment out,
      long outOffset,
      long outStride) {
    VectorAttention own = OWN.get();
    if (own == null) {
      own = new VectorAttention(attention, kv, pages, scratch);
      OWN.set(own);
    }
    own.attention = attention;
    own.kv = kv;
    own.pages = pages;
    own.keyOffset = keyOffset;
    own.valueOffset = valueOffset;
    own.scratch = scratch;
    AttentionShape shape = attention.shape();
    int group = shape.group();
    int all = rows * group;
    for (int first = 0; first < all; first += QUERIES) {
      for (int i = 0; i < QUERIES; i++) {
        int query = Math.min(first + i, all - 1);
        int row = query / group;
        own.heads[i] = kvHead * group + query % group;
        own.queries[i] = 4 * (qOffset + row * qStride + (long) own.heads[i] * shape.headSize());
        own.to[i] = position + row + 1;
        own.from[i] = Math.max(0, own.to[i] - shape.window());
      }
      own.fourQueries(q);
      for (int i = 0; i < QUERIES && first + i < all; i++) {
        int row = (first + i) / group;
        long into = outOffset + row * outStride + (long) own.heads[i] * shape.headSize();
        own.divide(i, out, into);
      }
    }
  }

  private VectorAttention(
      Attention attention, MemorySegment kv, MemorySegment pages, MemorySegment scratch) {
    this.attention = attention;
    this.kv = kv;
    this.pages = pages;
    this.scratch = scratch;
  }

  // Scratch: four rows of scores from the page of the lowest position on, then four of sums of the
  // piece under way, then four of totals.

  private final float[] totals = new float[QUERIES];
  private long totalsAt;

  private void fourQueries(MemorySegment q) {
    // Rows ascend, so the first query has the lowest positions and the last the highest.
    int base = from[0] / PAGE * PAGE;
    int end = to[QUERIES - 1];
    long scoreBytes = 4L * ((end - base + PAGE - 1) / PAGE * PAGE);
    long sumBytes = 4L * KvFormat.padded(attention.shape().headSize());
    for (int i = 0; i < QUERIES; i++) {
      scores[i] = i * scoreBytes;
      sums[i] = QUERIES * scoreBytes + i * sumBytes;
    }
    totalsAt = QUERIES * (scoreBytes + sumBytes);
    keys(q, base, end);
    for (int i = 0; i < QUERIES; i++) {
      totals[i] = weights(i, base);
    }
    values(base, end, sumBytes);
  }

  private void keys(MemorySegment q, int base, int end) {
    AttentionShape shape = attention.shape();
    int headSize = shape.headSize();
    for (int page = base; page < end; page += PAGE) {
      long keys = pages.getAtIndex(JAVA_LONG, page / PAGE) + keyOffset;
      for (int slot = 0; slot < PAGE && page + slot < end; slot += COUNT) {
        long at = 4L * (page - base + slot);
        switch (shape.format()) {
          case F16 ->
              VectorKeys.halves(kv, keys + 2L * slot, headSize, q, queries, scratch, scores, at);
          case Q8_0 -> {
            long scales = keys + shape.format().keyScales(headSize) + 2L * slot;
            VectorKeys.bytes(kv, keys + slot, scales, headSize, q, queries, scratch, scores, at);
          }
        }
      }
    }
  }

  /** Scores of one query become weights, zero outside of its positions; returns their sum. */
  private float weights(int i, int base) {
    AttentionShape shape = attention.shape();
    long row = scores[i] / 4;
    long first = row + from[i] - base;
    int count = to[i] - from[i];
    float max = VectorRows.scaleAndMax(scratch, first, count, shape.scale());
    if (shape.softCap() != 0 || attention.alibi()) {
      max = ScalarAttention.capAndSlope(attention, heads[i], scratch, first, from[i], to[i]);
    }
    VectorMath.exp(scratch, first, 1f, max, count, scratch, first);
    for (long p = row; p < first; p++) {
      scratch.setAtIndex(JAVA_FLOAT, p, 0f);
    }
    int padded = (to[i] - base + 15) / 16 * 16;
    for (long p = first + count; p < row + padded; p++) {
      scratch.setAtIndex(JAVA_FLOAT, p, 0f);
    }
    float total = 0;
    for (int start = from[i]; start < to[i]; ) {
      int end = Math.min(to[i], nextPiece(start));
      long low = row + start / 16 * 16 - base;
      float piece = VectorRows.sum(scratch, low, row + (end + 15) / 16 * 16 - base);
      total = start == from[i] ? piece : total + piece;
      start = end;
    }
    return total;
  }

  private static int nextPiece(int position) {
    return (position / Attention.PIECE + 1) * Attention.PIECE;
  }

  private void values(int base, int end, long sumBytes) {
    for (int start = base; start < end; ) {
      int stop = Math.min(end, nextPiece(start));
      clear(sums[0], QUERIES * sumBytes);
      for (int page = start / PAGE * PAGE; page < stop; page += PAGE) {
        page(page, base);
      }
      for (int i = 0; i < QUERIES; i++) {
        if (from[i] < stop && start < to[i]) {
          addPiece(i, from[i] >= start, sumBytes);
        }
      }
      start = stop;
    }
  }

  private void clear(long at, long bytes) {
    for (long c = 0; c < bytes; c += 4L * COUNT) {
      FloatVector.zero(FLOATS).intoMemorySegment(scratch, at + c, LE);
    }
  }

  /** Adds the positions of one page that queries see to the sums of the piece. */
  private void page(int page, int base) {
    long at = 4L * (page - base);
    int shared = Math.clamp(from[QUERIES - 1] - page, 0, PAGE);
    int sharedEnd = Math.clamp(to[0] - page, shared, PAGE);
    for (int i = 0; i < QUERIES; i++) {
      int low = Math.clamp(from[i] - page, 0, PAGE);
      alone(i, page, low, Math.min(shared, Math.clamp(to[i] - page, 0, PAGE)), at);
    }
    positions(page, shared, sharedEnd, scores, at, sums);
    for (int i = 0; i < QUERIES; i++) {
      int low = Math.max(sharedEnd, Math.clamp(from[i] - page, 0, PAGE));
      alone(i, page, low, Math.clamp(to[i] - page, 0, PAGE), at);
    }
  }

  /** Slots [low, high) of a page that only some queries see, for one of them. */
  private void alone(int i, int page, int low, int high, long at) {
    if (low >= high) {
      return;
    }
    for (int j = 0; j < QUERIES; j++) {
      same[j] = scores[i];
      sameSums[j] = sums[i];
    }
    positions(page, low, high, same, at, sameSums);
  }

  private void positions(int page, int low, int high, long[] weights, long at, long[] into) {
    if (low >= high) {
      return;
    }
    AttentionShape shape = attention.shape();
    int headSize = shape.headSize();
    int padded = KvFormat.padded(headSize);
    long values = pages.getAtIndex(JAVA_LONG, page / PAGE) + valueOffset;
    for (int channel = 0; channel < padded; channel += COUNT) {
      switch (shape.format()) {
        case F16 ->
            VectorValues.halves(
                kv,
                values + 2L * padded * low + 2L * channel,
                2L * padded,
                high - low,
                scratch,
                weights,
                at + 4L * low,
                into,
                4L * channel);
        case Q8_0 -> {
          long scalePitch = 2L * KvFormat.blocks(headSize);
          long scales = values + shape.format().valueScales(headSize) + channel / 32 * 2L;
          VectorValues.bytes(
              kv,
              values + (long) padded * low + channel,
              padded,
              scales + scalePitch * low,
              scalePitch,
              high - low,
              scratch,
              weights,
              at + 4L * low,
              into,
              4L * channel);
        }
      }
    }
  }

  private void addPiece(int i, boolean first, long sumBytes) {
    long total = totalsAt + i * sumBytes;
    for (long c = 0; c < sumBytes; c += 4L * COUNT) {
      FloatVector piece = FloatVector.fromMemorySegment(FLOATS, scratch, sums[i] + c, LE);
      if (!first) {
        piece = FloatVector.fromMemorySegment(FLOATS, scratch, total + c, LE).add(piece);
      }
      piece.intoMemorySegment(scratch, total + c, LE);
    }
  }

  private void divide(int i, MemorySegment out, long into) {
    int headSize = attention.shape().headSize();
    long total = (totalsAt + 4L * i * KvFormat.padded(headSize)) / 4;
    for (int c = 0; c < headSize; c++) {
      float sum = scratch.getAtIndex(JAVA_FLOAT, total + c);
      out.setAtIndex(JAVA_FLOAT, into + c, sum / totals[i]);
    }
  }
}
