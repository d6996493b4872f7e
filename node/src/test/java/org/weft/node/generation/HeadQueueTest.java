package org.weft.node.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeException;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

final class HeadQueueTest {
  private static final int VOCABULARY = 3;

  /** Logits that tell the row; a row of 13 is not finite. The first call waits for the gate. */
  private static final class Rows implements Ends {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicInteger most = new AtomicInteger();

    @Override
    public void embed(int[] tokens, int from, int count, MemorySegment into) {
      throw new AssertionError("nothing is embedded here");
    }

    @Override
    public void logits(MemorySegment hidden, int rows, MemorySegment logits) {
      begun.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      most.accumulateAndGet(rows, Math::max);
      for (int row = 0; row < rows; row++) {
        float value = hidden.getAtIndex(ValueLayout.JAVA_FLOAT, row);
        if (value == 13) {
          throw new ShardException(ShardError.NON_FINITE, "a logit is not finite");
        }
        for (int i = 0; i < VOCABULARY; i++) {
          logits.setAtIndex(ValueLayout.JAVA_FLOAT, row * VOCABULARY + i, value * 10 + i);
        }
      }
    }
  }

  private static float last(HeadQueue queue, float row) {
    HeadQueue.Slot slot = queue.borrow();
    try {
      MemorySegment hidden = Arena.ofAuto().allocate(Float.BYTES);
      hidden.set(ValueLayout.JAVA_FLOAT, 0, row);
      return queue.logits(slot, hidden).getAtIndex(ValueLayout.JAVA_FLOAT, VOCABULARY - 1);
    } finally {
      queue.giveBack(slot);
    }
  }

  @Test
  void shouldComputeWaitingRowsTogetherAndFailOnlyTheGuiltyOne() throws Exception {
    Rows rows = new Rows();
    HeadQueue queue = new HeadQueue(rows, 1, VOCABULARY);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Float> first = threads.submit(() -> last(queue, 100));
      rows.begun.await();
      List<Callable<Object>> asks = new ArrayList<>();
      for (int row = 10; row < 30; row++) {
        float value = row;
        asks.add(() -> {
          try {
            return last(queue, value);
          } catch (ShardException e) {
            return e.error();
          }
        });
      }
      List<Future<Object>> answers = new ArrayList<>();
      for (Callable<Object> ask : asks) {
        answers.add(threads.submit(ask));
      }
      while (queue.waiting() < 20) {
        Thread.onSpinWait();
      }
      rows.gate.countDown();
      assertEquals(1002, first.get());
      for (int i = 0; i < 20; i++) {
        Object wanted = i == 3 ? ShardError.NON_FINITE : (Object) (float) ((10 + i) * 10 + 2);
        assertEquals(wanted, answers.get(i).get());
      }
      assertEquals(HeadQueue.MAX_ROWS, rows.most.get());
    } finally {
      queue.close();
    }
    assertTrue(assertThrows(NodeException.class, queue::borrow).permanent() == false);
  }
}
