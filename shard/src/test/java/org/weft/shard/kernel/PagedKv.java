package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Keys and values of one session and one block, in pages that stand in another order. */
final class PagedKv {
  final MemorySegment memory;
  final MemorySegment pages;
  private final AttentionShape shape;
  private final long keyBytes;
  private final long valueBytes;

  /** Stores {@code positions} random keys and values for every KV head. */
  PagedKv(AttentionShape shape, int positions, long seed) {
    this.shape = shape;
    keyBytes = shape.format().keyBytes(shape.headSize());
    valueBytes = shape.format().valueBytes(shape.headSize());
    int count = (positions + 31) / 32;
    long pageBytes = shape.kvHeads() * (keyBytes + valueBytes);
    memory = Arena.ofAuto().allocate(count * pageBytes, 64);
    memory.fill((byte) 0xff); // NaN: what nobody wrote must not matter
    pages = Arena.ofAuto().allocate(8L * count, 8);
    for (int page = 0; page < count; page++) {
      pages.setAtIndex(JAVA_LONG, page, (count - 1 - page) * pageBytes);
    }
    int width = shape.kvHeads() * shape.headSize();
    MemorySegment x = Buffers.random(2L * positions * width, seed);
    for (int p = 0; p < positions; p++) {
      for (int head = 0; head < shape.kvHeads(); head++) {
        long at = 2L * p * width + (long) head * shape.headSize();
        long page = pages.getAtIndex(JAVA_LONG, p / 32);
        KvStore.key(
            shape.format(), x, at, shape.headSize(), memory, page + keyOffset(head), p % 32);
        KvStore.value(
            shape.format(),
            x,
            at + width,
            shape.headSize(),
            memory,
            page + valueOffset(head),
            p % 32);
      }
    }
  }

  long keyOffset(int kvHead) {
    return kvHead * (keyBytes + valueBytes);
  }

  long valueOffset(int kvHead) {
    return keyOffset(kvHead) + keyBytes;
  }

  /** All heads of rows at [position, position + rows): f32 [rows, heads, headSize]. */
  MemorySegment attend(Attention attention, MemorySegment q, int position, int rows) {
    long stride = (long) shape.heads() * shape.headSize();
    MemorySegment out = Buffers.floats(rows * stride);
    MemorySegment scratch = Arena.ofAuto().allocate(attention.scratchBytes(position + rows), 64);
    for (int kvHead = 0; kvHead < shape.kvHeads(); kvHead++) {
      attention.rows(
          kvHead,
          q,
          0,
          stride,
          position,
          rows,
          memory,
          pages,
          keyOffset(kvHead),
          valueOffset(kvHead),
          scratch,
          out,
          0,
          stride);
    }
    return out;
  }

  MemorySegment queries(int rows, long seed) {
    MemorySegment q = Buffers.random((long) rows * shape.heads() * shape.headSize(), seed);
    for (long i = 0; i < q.byteSize() / 4; i++) {
      q.setAtIndex(JAVA_FLOAT, i, q.getAtIndex(JAVA_FLOAT, i) * 0.2f);
    }
    return q;
  }
}
