package org.weft.node.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

final class HeadQueueTest {
  private static final int VOCABULARY = 3;

  /** Logits that tell the row; a row of 13 fails. The first call waits for the gate. */
  private static final class Rows implements Ends {
    private final Runnable failure;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicInteger most = new AtomicInteger();

    Rows(Runnable failure) {
      this.failure = failure;
    }

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
          failure.run();
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

  private static Object lastOrError(HeadQueue queue, float row) {
    try {
      return last(queue, row);
    } catch (ShardException e) {
      return e.error();
    } catch (NodeException e) {
      return e.error();
    }
  }

  private static Future<Object> ask(HeadQueue queue, float row) {
    return CompletableFuture.supplyAsync(() -> lastOrError(queue, row), Thread::startVirtualThread);
  }

  /** Twenty rows that wait together; {@code told} is what the one that fails hears. */
  private static void failOneOfMany(Runnable failure, Object told) throws Exception {
    Rows rows = new Rows(failure);
    HeadQueue queue = new HeadQueue(rows, 1, VOCABULARY);
    try {
      Future<Object> first = ask(queue, 100);
      rows.begun.await();
      List<Future<Object>> answers = new ArrayList<>();
      for (int row = 10; row < 30; row++) {
        answers.add(ask(queue, row));
      }
      while (queue.waiting() < 20) {
        Thread.onSpinWait();
      }
      rows.gate.countDown();
      assertEquals(1002f, first.get(20, TimeUnit.SECONDS));
      for (int i = 0; i < 20; i++) {
        Object wanted = i == 3 ? told : (Object) (float) ((10 + i) * 10 + 2);
        assertEquals(wanted, answers.get(i).get(20, TimeUnit.SECONDS));
      }
      assertEquals(HeadQueue.MAX_ROWS, rows.most.get());
    } finally {
      queue.close();
    }
    assertTrue(assertThrows(NodeException.class, queue::borrow).permanent() == false);
  }

  @Test
  void shouldComputeWaitingRowsTogetherAndFailOnlyTheGuiltyOne() throws Exception {
    failOneOfMany(
        () -> {
          throw new ShardException(ShardError.NON_FINITE, "a logit is not finite");
        },
        ShardError.NON_FINITE);
  }

  @Test
  void shouldAnswerEveryRowWhenOneBreaksTheArithmetic() throws Exception {
    failOneOfMany(
        () -> {
          throw new StackOverflowError();
        },
        NodeError.INTERNAL);
  }
}
