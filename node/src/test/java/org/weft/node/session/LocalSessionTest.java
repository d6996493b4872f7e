package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

class LocalSessionTest {
  private static final int WIDTH = 2;
  private static final HiddenSource POSITIONS =
      (position, count, into) -> {
        for (int i = 0; i < count; i++) {
          into.setAtIndex(ValueLayout.JAVA_FLOAT, 2L * i, position + i);
          into.setAtIndex(ValueLayout.JAVA_FLOAT, 2L * i + 1, -1);
        }
      };

  private final DoublingBlocks blocks = new DoublingBlocks();
  private final LocalSessionFactory factory =
      new LocalSessionFactory(blocks, 8, Duration.ofSeconds(30));

  private static float value(MemorySegment rows, int row) {
    return rows.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * WIDTH);
  }

  private static NodeError error(Runnable act) {
    return assertThrows(NodeException.class, act::run).error();
  }

  @Test
  void shouldCutWorkIntoChunksAndGiveBackWhatIsWanted() {
    InferenceSession session = factory.open(40, POSITIONS);
    MemorySegment all = session.step(0, 10, Rows.ALL);
    assertEquals(10L * WIDTH * 4, all.byteSize());
    for (int row = 0; row < 10; row++) {
      assertEquals(2f * row, value(all, row));
    }
    assertEquals(List.of("0+4", "4+4", "8+2"), blocks.passes);
    MemorySegment last = session.step(10, 6, Rows.LAST);
    assertEquals(WIDTH * 4L, last.byteSize());
    assertEquals(30f, value(last, 0));
    assertEquals(0, session.step(16, 1, Rows.NONE).byteSize());
    assertEquals(10f, value(session.step(5, 1, Rows.LAST), 0));
    assertEquals(6, blocks.caches.getFirst().length);
  }

  @Test
  void shouldRefuseGapsAndWhatIsTooLongOrHasNoRoom() {
    InferenceSession session = factory.open(30, POSITIONS);
    assertEquals(NodeError.ARGUMENT, error(() -> session.step(1, 1, Rows.LAST)));
    assertEquals(NodeError.ARGUMENT, error(() -> session.step(0, 0, Rows.LAST)));
    assertEquals(NodeError.TOO_LONG, error(() -> session.step(0, 31, Rows.LAST)));
    assertEquals(NodeError.TOO_LONG, error(() -> factory.open(101, POSITIONS)));
    blocks.room = 0;
    assertEquals(NodeError.OUT_OF_CACHE, error(() -> factory.open(30, POSITIONS)));
  }

  @Test
  void shouldGiveThePagesBackOnceWhenClosed() {
    InferenceSession session = factory.open(30, POSITIONS);
    assertEquals(1, factory.sessions());
    session.close();
    session.close();
    assertEquals(1, blocks.caches.getFirst().closes);
    assertEquals(0, factory.sessions());
    assertEquals(NodeError.CLOSED, error(() -> session.step(0, 1, Rows.LAST)));
    InferenceSession other = factory.open(30, POSITIONS);
    factory.close();
    assertEquals(NodeError.CLOSED, error(() -> other.step(0, 1, Rows.LAST)));
    assertEquals(NodeError.CLOSED, error(() -> factory.open(1, POSITIONS)));
  }

  @Test
  void shouldSayNonFiniteAndForgetTheRowsWhenAPassFails() {
    InferenceSession session = factory.open(30, POSITIONS);
    session.step(0, 4, Rows.NONE);
    blocks.failure = new ShardException(ShardError.NON_FINITE, "a row is not finite");
    assertEquals(NodeError.NON_FINITE, error(() -> session.step(4, 2, Rows.LAST)));
    blocks.failure = null;
    assertEquals(4, blocks.caches.getFirst().length);
    assertEquals(8f, value(session.step(4, 1, Rows.LAST), 0));
  }

  @Test
  void shouldLetOthersIntoALongPrefillBetweenItsChunks() throws Exception {
    InferenceSession prefill = factory.open(40, POSITIONS);
    InferenceSession decode = factory.open(40, POSITIONS);
    blocks.pause();
    CompletableFuture<MemorySegment> first =
        ChainFixture.async(() -> prefill.step(0, 40, Rows.NONE));
    assertTrue(blocks.entered.await(20, TimeUnit.SECONDS));
    CompletableFuture<MemorySegment> second =
        ChainFixture.async(() -> decode.step(0, 1, Rows.LAST));
    ChainFixture.await(() -> factory.waiting() == 1, "the second session to wait");
    blocks.go.countDown();
    second.get(20, TimeUnit.SECONDS);
    first.get(20, TimeUnit.SECONDS);
    assertEquals(List.of("0+4", "0+1", "4+4"), blocks.passes.subList(0, 3));
  }

  @Test
  void shouldFreeAWaitingSessionAtOnceAndAComputingOneAfterItsChunk() throws Exception {
    InferenceSession computing = factory.open(40, POSITIONS);
    InferenceSession waiting = factory.open(40, POSITIONS);
    blocks.pause();
    CompletableFuture<NodeError> first =
        ChainFixture.async(() -> error(() -> computing.step(0, 40, Rows.NONE)));
    assertTrue(blocks.entered.await(20, TimeUnit.SECONDS));
    CompletableFuture<NodeError> second =
        ChainFixture.async(() -> error(() -> waiting.step(0, 1, Rows.LAST)));
    ChainFixture.await(() -> factory.waiting() == 1, "the second session to wait");
    waiting.close();
    assertEquals(1, blocks.caches.get(1).closes);
    assertEquals(NodeError.CLOSED, second.get(20, TimeUnit.SECONDS));
    computing.close();
    assertEquals(0, blocks.caches.get(0).closes);
    blocks.go.countDown();
    assertEquals(NodeError.CLOSED, first.get(20, TimeUnit.SECONDS));
    assertEquals(1, blocks.caches.get(0).closes);
    assertEquals(List.of("0+4"), blocks.passes);
  }

  /** Doubles what comes in; can be held up, and can fail. */
  private static final class DoublingBlocks implements LocalBlocks {
    final List<String> passes = java.util.Collections.synchronizedList(new ArrayList<>());
    final List<DoublingCache> caches = new ArrayList<>();
    final MemorySegment hidden = Arena.ofAuto().allocate(4L * 4 * WIDTH);
    CountDownLatch entered = new CountDownLatch(0);
    CountDownLatch go = new CountDownLatch(0);
    int room = 10;
    volatile @org.jspecify.annotations.Nullable ShardException failure;

    void pause() {
      entered = new CountDownLatch(1);
      go = new CountDownLatch(1);
    }

    @Override
    public int width() {
      return WIDTH;
    }

    @Override
    public int maxLength() {
      return 100;
    }

    @Override
    public int maxRows() {
      return 4;
    }

    @Override
    public Optional<Cache> reserve(int maxLength) {
      if (caches.size() >= room) {
        return Optional.empty();
      }
      DoublingCache cache = new DoublingCache();
      caches.add(cache);
      return Optional.of(cache);
    }

    @Override
    public void close() {}

    private final class DoublingCache implements Cache {
      private int length;
      private int closes;

      @Override
      public int length() {
        return length;
      }

      @Override
      public void truncate(int to) {
        length = Math.min(length, to);
      }

      @Override
      public MemorySegment forward(int position, int rows, HiddenSource source) {
        assertEquals(length, position);
        passes.add(position + "+" + rows);
        entered.countDown();
        try {
          assertTrue(go.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        length = position + rows;
        ShardException fails = failure;
        if (fails != null) {
          throw fails;
        }
        source.read(position, rows, hidden);
        for (long i = 0; i < (long) rows * WIDTH; i++) {
          hidden.setAtIndex(
              ValueLayout.JAVA_FLOAT, i, 2 * hidden.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        return hidden;
      }

      @Override
      public void close() {
        closes++;
      }
    }
  }
}
