package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.kernel.Kernels;

/** One prompt, one digest, the {@linkplain LogitsDigest pinned} one, however it is computed. */
class SameBitsTest {
  private static final int[] IDS = LogitsDigest.ids();

  /**
   * As much as the scalar twins, which are many times slower, compute of a model of this size; on
   * small ones {@link SyntheticModelTest} lets them compute all.
   */
  private static final int[] BEGINNING = Arrays.copyOf(IDS, 12);

  private static String beginning(float[][] logits) {
    return Pipeline.digest(Arrays.copyOf(logits, BEGINNING.length));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 32, 75})
  void shouldGiveOneDigestWhenChunksDiffer(int chunk) {
    try (Pipeline pipeline = new Pipeline(TestFiles.demo())) {
      assertEquals(LogitsDigest.pinned(), Pipeline.digest(pipeline.logits(IDS, chunk)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"4", "1,5", "2,3,4,7"})
  void shouldGiveOneDigestWhenSpansAreCutAnywhere(String cuts) {
    int[] at = List.of(cuts.split(",")).stream().mapToInt(Integer::parseInt).toArray();
    try (Pipeline pipeline = new Pipeline(TestFiles.demo(), Kernels.chosen(), 2, KvType.F16, at)) {
      assertEquals(LogitsDigest.pinned(), Pipeline.digest(pipeline.logits(IDS, 20)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldGiveOneDigestWhenThreadsDiffer(int threads) {
    try (Pipeline pipeline =
        new Pipeline(TestFiles.demo(), Kernels.chosen(), threads, KvType.F16)) {
      assertEquals(LogitsDigest.pinned(), Pipeline.digest(pipeline.logits(IDS, 30)));
    }
  }

  @Test
  void shouldGiveOneDigestWhenKernelsDiffer() {
    try (Pipeline vector = new Pipeline(TestFiles.demo(), Kernels.VECTOR, 2, KvType.F16);
        Pipeline scalar = new Pipeline(TestFiles.demo(), Kernels.SCALAR, 2, KvType.F16)) {
      float[][] logits = vector.logits(IDS, 40);
      assertEquals(LogitsDigest.pinned(), Pipeline.digest(logits));
      assertEquals(beginning(logits), Pipeline.digest(scalar.logits(BEGINNING, 8)));
    }
  }

  @Test
  void shouldGiveOneDigestWhenKvIsInt8() {
    try (Pipeline whole = new Pipeline(TestFiles.demo(), Kernels.VECTOR, 2, KvType.Q8_0);
        Pipeline cut = new Pipeline(TestFiles.demo(), Kernels.VECTOR, 1, KvType.Q8_0, 3);
        Pipeline scalar = new Pipeline(TestFiles.demo(), Kernels.SCALAR, 1, KvType.Q8_0)) {
      float[][] logits = whole.logits(IDS, 75);
      assertNotEquals(LogitsDigest.pinned(), Pipeline.digest(logits));
      assertEquals(Pipeline.digest(logits), Pipeline.digest(cut.logits(IDS, 9)));
      assertEquals(beginning(logits), Pipeline.digest(scalar.logits(BEGINNING, 9)));
    }
  }

  @Test
  void shouldGiveSameRowsWhenOtherSessionsShareTheBatch() {
    try (Pipeline pipeline = new Pipeline(TestFiles.demo())) {
      BlockSpan span = pipeline.spans.getFirst();
      KvPool kv = pipeline.pools.getFirst();
      try (KvCache mine = kv.reserve(80).orElseThrow();
          KvCache early = kv.reserve(40).orElseThrow();
          KvCache late = kv.reserve(200).orElseThrow()) {
        pipeline.step(List.of(late), 0, new int[100]);
        float[][] logits = new float[IDS.length][];
        for (int from = 0; from < IDS.length; from += 25) {
          int[] ids = Arrays.copyOfRange(IDS, from, from + 25);
          Batch batch = new Batch(200, pipeline.config.width());
          int others = batch.add(early, 0, 33);
          int row = batch.add(mine, from, 20);
          int between = batch.add(late, 100, 130 - 100);
          int rest = batch.add(mine, from + 20, 5);
          put(batch, others, pipeline.embed(new int[33]));
          put(batch, between, pipeline.embed(new int[30]));
          put(batch, row, pipeline.embed(Arrays.copyOf(ids, 20)));
          put(batch, rest, pipeline.embed(Arrays.copyOfRange(ids, 20, 25)));
          span.forward(batch, span.span());
          float[][] all = pipeline.logits(batch.hidden(), batch.rows());
          System.arraycopy(all, row, logits, from, 20);
          System.arraycopy(all, rest, logits, from + 20, 5);
        }
        assertEquals(LogitsDigest.pinned(), Pipeline.digest(logits));
      }
    }
  }

  @Test
  void shouldGiveSameBitsWhenBatchIsLargerThanAChunkAndRunPartByPart() {
    int[] ids = new int[200];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = IDS[i % IDS.length];
    }
    try (Pipeline pipeline = new Pipeline(TestFiles.demo())) {
      float[][] expected = pipeline.logits(ids, 50);
      BlockSpan span = pipeline.spans.getFirst();
      try (KvCache cache = pipeline.pools.getFirst().reserve(200).orElseThrow()) {
        Batch batch = new Batch(200, pipeline.config.width());
        batch.add(cache, 0, 200);
        put(batch, 0, pipeline.embed(ids));
        span.forward(batch, new Span(0, 3));
        span.forward(batch, new Span(3, 8));
        assertEquals(200, cache.length());
        float[][] actual = pipeline.logits(batch.hidden(), 200);
        assertEquals(Pipeline.digest(expected), Pipeline.digest(actual));
      }
    }
  }

  @Test
  void shouldGiveSameBitsWhenSpeculationIsCutBack() {
    try (Pipeline pipeline = new Pipeline(TestFiles.demo(), Kernels.chosen(), 2, KvType.F16, 3)) {
      float[][] straight = pipeline.logits(IDS, IDS.length);
      List<KvCache> session = pipeline.open(100);
      pipeline.step(session, 0, Arrays.copyOf(IDS, 50));
      pipeline.step(session, 50, new int[] {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9});
      int[] rest = Arrays.copyOfRange(IDS, 33, IDS.length);
      float[][] after = pipeline.logits(pipeline.step(session, 33, rest), rest.length);
      for (int i = 0; i < rest.length; i++) {
        assertArrayEquals(straight[33 + i], after[i]);
      }
      session.forEach(cache -> assertEquals(IDS.length, cache.length()));
      session.forEach(KvCache::close);
    }
  }

  private static void put(Batch batch, int row, MemorySegment rows) {
    long at = (long) row * batch.width() * ValueLayout.JAVA_FLOAT.byteSize();
    MemorySegment.copy(rows, 0, batch.hidden(), at, rows.byteSize());
  }
}
