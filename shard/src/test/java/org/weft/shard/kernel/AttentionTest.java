package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTest {
  private static final int ALL = Integer.MAX_VALUE;

  private static AttentionShape shape(
      KvFormat format, int heads, int kvHeads, int headSize, float softCap, int window) {
    float scale = (float) (1 / Math.sqrt(headSize));
    return new AttentionShape(format, heads, kvHeads, headSize, scale, softCap, window);
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveTheScalarBitsWhenShapesAreAwkward(KvFormat format) {
    int[][] shapes = {{1, 1, 16}, {3, 1, 64}, {9, 3, 64}, {4, 4, 40}, {5, 1, 80}, {2, 1, 7}};
    for (int[] s : shapes) {
      for (int window : new int[] {ALL, 1, 3, 40, 300}) {
        AttentionShape shape = shape(format, s[0], s[1], s[2], 0f, window);
        PagedKv kv = new PagedKv(shape, 602, 1);
        assertSame(new Attention(Kernels.SCALAR, shape), new Attention(Kernels.VECTOR, shape), kv);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveTheScalarBitsWhenScoresAreCappedAndSloped(KvFormat format) {
    AttentionShape shape = shape(format, 6, 2, 32, 20f, ALL);
    float[] slopes = {0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f, 0.015625f};
    PagedKv kv = new PagedKv(shape, 602, 1);
    assertSame(
        new Attention(Kernels.SCALAR, shape, slopes),
        new Attention(Kernels.VECTOR, shape, slopes),
        kv);
  }

  private static void assertSame(Attention scalar, Attention vector, PagedKv kv) {
    for (int[] range :
        new int[][] {{0, 1}, {0, 5}, {30, 3}, {31, 1}, {254, 7}, {511, 2}, {600, 1}}) {
      MemorySegment q = kv.queries(range[1], range[0]);
      assertEquals(
          "",
          Buffers.difference(
              kv.attend(scalar, q, range[0], range[1]), kv.attend(vector, q, range[0], range[1])),
          () -> scalar.shape() + " at " + range[0] + " + " + range[1]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotDependOnTheChunkWhenRowsGoTogether(KvFormat format) {
    AttentionShape shape = shape(format, 3, 1, 64, 0f, 100);
    Attention attention = new Attention(Kernels.VECTOR, shape);
    int rows = 150;
    PagedKv kv = new PagedKv(shape, 200 + rows, 2);
    MemorySegment q = kv.queries(rows, 3);
    MemorySegment together = kv.attend(attention, q, 200, rows);
    long row = 4L * shape.heads() * shape.headSize();
    for (int first = 0, count = 1; first < rows; first += count, count = count % 11 + 1) {
      int part = Math.min(count, rows - first);
      MemorySegment some =
          kv.attend(attention, q.asSlice(first * row, part * row), 200 + first, part);
      assertEquals(
          "", Buffers.difference(together.asSlice(first * row, part * row), some), "row " + first);
    }
  }

  @Test
  void shouldBeTheSoftmaxWhenComparedInDouble() {
    AttentionShape shape = shape(KvFormat.F16, 2, 2, 24, 0f, 290);
    PagedKv kv = new PagedKv(shape, 400, 4);
    MemorySegment q = kv.queries(1, 5);
    MemorySegment out = kv.attend(new Attention(Kernels.VECTOR, shape), q, 399, 1);
    for (int head = 0; head < 2; head++) {
      double[] expected = new double[24];
      double total = 0;
      for (int p = 110; p < 400; p++) {
        long page = kv.pages.getAtIndex(java.lang.foreign.ValueLayout.JAVA_LONG, p / 32);
        double score = 0;
        for (int d = 0; d < 24; d++) {
          short key = kv.memory.get(JAVA_SHORT, page + kv.keyOffset(head) + 64L * d + p % 32 * 2L);
          score += q.getAtIndex(JAVA_FLOAT, head * 24 + d) * (double) Float.float16ToFloat(key);
        }
        double weight = Math.exp(score * shape.scale());
        total += weight;
        for (int d = 0; d < 24; d++) {
          long at = page + kv.valueOffset(head) + 64L * (p % 32) + 2L * d;
          expected[d] += weight * Float.float16ToFloat(kv.memory.get(JAVA_SHORT, at));
        }
      }
      for (int d = 0; d < 24; d++) {
        assertEquals(expected[d] / total, out.getAtIndex(JAVA_FLOAT, head * 24 + d), 1e-4);
      }
    }
  }

  @Test
  void shouldRoundAndClampWhenHalvesAreStored() {
    MemorySegment x = Buffers.floats(16);
    float[] values = {1e9f, -1e9f, 65519f, 65520f, 1.00048828125f, 1.00146484375f, 0x1p-25f, -0f};
    float[] stored = {65504f, -65504f, 65504f, 65504f, 1f, 1.001953125f, 0f, -0f};
    for (int i = 0; i < values.length; i++) {
      x.setAtIndex(JAVA_FLOAT, i, values[i]);
    }
    MemorySegment page = Arena.ofAuto().allocate(KvFormat.F16.valueBytes(16), 64);
    KvStore.value(KvFormat.F16, x, 0, 16, page, 0, 3);
    for (int i = 0; i < values.length; i++) {
      float got = Float.float16ToFloat(page.get(JAVA_SHORT, 3 * 32 + 2L * i));
      assertEquals(stored[i], got, "value " + values[i]);
    }
  }

  @Test
  void shouldKeepEveryBlocksOwnScaleWhenStoredAsBytes() {
    MemorySegment x = Buffers.random(80, 9);
    MemorySegment page = Arena.ofAuto().allocate(KvFormat.Q8_0.keyBytes(80), 64);
    KvStore.key(KvFormat.Q8_0, x, 0, 80, page, 0, 31);
    for (int d = 0; d < 80; d++) {
      float scale = Float.float16ToFloat(page.get(JAVA_SHORT, 80 * 32 + d / 32 * 64L + 31 * 2));
      float stored = page.get(JAVA_BYTE, d * 32L + 31) * scale;
      assertEquals(x.getAtIndex(JAVA_FLOAT, d), stored, scale * 0.6f, "channel " + d);
    }
  }

  @Test
  void shouldRefuseWhenScratchOrPagesAreTooFew() {
    AttentionShape shape = shape(KvFormat.F16, 1, 1, 16, 0f, ALL);
    PagedKv kv = new PagedKv(shape, 32, 1);
    Attention attention = new Attention(Kernels.VECTOR, shape);
    MemorySegment q = kv.queries(1, 1);
    assertThrows(IllegalArgumentException.class, () -> kv.attend(attention, q, 32, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Attention(Kernels.VECTOR, shape, 1f, 2f));
  }
}
