package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.shard.model.Batch;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.KvType;
import org.weft.shard.model.Span;

/** Sessions in one process over the blocks of the real model, against the blocks by themselves. */
final class ModelBlocksTest {
  private static final int LENGTH = 70;
  private static RealModel model;
  private static RealModel.Blocks blocks;
  private static int[] tokens;
  private static int[] expected; // f32 bits [LENGTH, width]

  @BeforeAll
  static void open() {
    model = RealModel.open();
    blocks = model.load(model.config.wholeSpan());
    tokens = model.tokens(LENGTH, 21);
    Batch batch = new Batch(LENGTH, model.config.width());
    try (var cache = blocks.cache().reserve(LENGTH).orElseThrow()) {
      batch.add(cache, 0, LENGTH);
      model.source(tokens).read(0, LENGTH, batch.hidden());
      blocks.span().forward(batch, blocks.span().span());
      expected = RealModel.bits(batch.hidden().asSlice(0, rowBytes(LENGTH)));
    }
  }

  @AfterAll
  static void close() {
    blocks.close();
    model.close();
  }

  private static long rowBytes(int rows) {
    return 4L * rows * model.config.width();
  }

  private static LocalSessionFactory factory(int chunkRows) {
    return new LocalSessionFactory(blocks.span(), model.config, blocks.cache(), chunkRows);
  }

  private static int[] expected(int from, int to) {
    int width = model.config.width();
    return Arrays.copyOfRange(expected, from * width, to * width);
  }

  @Test
  void shouldGiveTheBitsOfTheBlocksInAnyChunks() {
    for (int chunk : new int[] {1, 7, 32, LENGTH}) {
      try (LocalSessionFactory factory = factory(chunk);
          InferenceSession session = factory.open(LENGTH, model.source(tokens))) {
        String where = "chunks of " + chunk;
        assertArrayEquals(expected(0, 40), RealModel.bits(session.step(0, 40, Rows.ALL)), where);
        assertEquals(0, session.step(40, 9, Rows.NONE).byteSize());
        assertArrayEquals(expected(59, 60), RealModel.bits(session.step(49, 11, Rows.LAST)), where);
        // Back into what is there: the cache is cut first.
        assertArrayEquals(
            expected(33, LENGTH), RealModel.bits(session.step(33, LENGTH - 33, Rows.ALL)), where);
      }
    }
    assertEquals(0, blocks.cache().usedPages());
  }

  @Test
  void shouldForgetWhatWasOverwritten() {
    int[] others = model.tokens(LENGTH, new Random(3).nextLong());
    System.arraycopy(tokens, 0, others, 0, 20);
    int[] current = others.clone();
    try (LocalSessionFactory factory = factory(16);
        InferenceSession session = factory.open(LENGTH, model.source(current))) {
      session.step(0, LENGTH, Rows.NONE);
      System.arraycopy(tokens, 0, current, 0, LENGTH);
      assertArrayEquals(
          expected(20, LENGTH), RealModel.bits(session.step(20, LENGTH - 20, Rows.ALL)));
    }
  }

  @Test
  void shouldKeepTurnsApartAndRefuseWhenThePagesAreUsedUp() {
    try (LocalSessionFactory factory = factory(8)) {
      int context = model.config.context();
      assertEquals(context, factory.maxLength());
      InferenceSession one = factory.open(LENGTH, model.source(tokens));
      InferenceSession other = factory.open(LENGTH, model.source(model.tokens(LENGTH, 4)));
      for (int at = 0; at < 40; at += 5) {
        assertArrayEquals(
            expected(at, at + 5), RealModel.bits(one.step(at, 5, Rows.ALL)), "at " + at);
        other.step(at, 5, Rows.LAST);
      }
      int used = blocks.cache().usedPages();
      int rest = (RealModel.PAGES - used) / blocks.cache().pagesFor(context);
      for (int i = 0; i < rest; i++) {
        factory.open(context, model.source(tokens));
      }
      NodeException full =
          assertThrows(NodeException.class, () -> factory.open(context, model.source(tokens)));
      assertEquals(NodeError.OUT_OF_CACHE, full.error());
      one.close();
      assertEquals(NodeError.CLOSED, failure(() -> one.step(40, 1, Rows.LAST)));
    }
    assertEquals(0, blocks.cache().usedPages());
  }

  @Test
  void shouldRefuseForGoodWhatAllPagesTogetherDoNotHold() {
    int pages = 2;
    int room = pages * KvPool.PAGE_POSITIONS;
    Span all = new Span(0, model.config.blocks());
    try (KvPool small = new KvPool(model.config, all, KvType.F16, pages);
        LocalSessionFactory factory =
            new LocalSessionFactory(blocks.span(), model.config, small, 8)) {
      assertEquals(room, factory.maxLength());
      factory.open(room, model.source(tokens)).close();
      assertEquals(NodeError.TOO_LONG, failure(() -> factory.open(room + 1, model.source(tokens))));
    }
  }

  private static NodeError failure(Runnable act) {
    return assertThrows(NodeException.class, act::run).error();
  }

  @Test
  void shouldRefuseBlocksThatAreNotTheWholeModel() {
    try (RealModel.Blocks part = model.load(new Span(0, 3))) {
      assertThrows(
          NodeException.class,
          () -> new LocalSessionFactory(part.span(), model.config, part.cache(), 8));
    }
  }

  @Test
  void shouldReadEachRowOfItsSourceOnceAndInOrder() {
    StringBuilder reads = new StringBuilder();
    HiddenSource counted =
        (position, count, into) -> {
          reads.append(position).append('+').append(count).append(' ');
          model.source(tokens).read(position, count, into);
        };
    try (LocalSessionFactory factory = factory(32);
        InferenceSession session = factory.open(LENGTH, counted);
        Arena arena = Arena.ofConfined()) {
      MemorySegment kept = arena.allocate(rowBytes(1));
      kept.copyFrom(session.step(0, LENGTH, Rows.LAST));
      assertArrayEquals(expected(LENGTH - 1, LENGTH), RealModel.bits(kept));
    }
    assertEquals("0+32 32+32 64+6 ", reads.toString());
  }
}
