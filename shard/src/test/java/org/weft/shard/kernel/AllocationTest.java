package org.weft.shard.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.weft.shard.gguf.TensorType;

/** That compiled kernels make no garbage: not their own, and no boxed vectors. */
class AllocationTest {
  private static final int ROWS = 64;
  private static final int COLS = 512;

  /** Rounds at most; compiled kernels are quiet long before, also on a busy machine. */
  private static final int ROUNDS = 400;

  @Test
  void shouldAllocateNothingWhenWarm() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (ComputePool pool = new ComputePool(1, Kernels.VECTOR);
        Activations one = activations(1);
        Activations many = activations(13)) {
      for (TensorType type : TensorType.values()) {
        try (PackedMatrix w = RandomBlocks.matrix(type, ROWS, COLS, 1, pool)) {
          MemorySegment y = Buffers.floats(13 * ROWS);
          assertQuiet(threads, type + " of one", () -> product(w, one, y));
          assertQuiet(threads, type + " of 13", () -> product(w, many, y));
        }
      }
      for (KvFormat format : KvFormat.values()) {
        assertQuiet(threads, "attention over " + format, attention(format));
      }
      assertQuiet(threads, "rows", rows());
    }
  }

  private static Activations activations(int tokens) {
    Activations x = new Activations(Kernels.VECTOR, tokens, COLS);
    x.values().copyFrom(Buffers.random((long) tokens * COLS, tokens));
    return x;
  }

  private static void product(PackedMatrix w, Activations x, MemorySegment y) {
    x.quantize(0, x.rows(), 0, COLS);
    MatMul.rows(w, x, 0, ROWS, y, ROWS);
  }

  private static Runnable attention(KvFormat format) {
    AttentionShape shape = new AttentionShape(format, 3, 1, 64, 0.125f, 0f, Integer.MAX_VALUE);
    PagedKv kv = new PagedKv(shape, 320, 1);
    Attention attention = new Attention(Kernels.VECTOR, shape);
    MemorySegment q = kv.queries(2, 1);
    MemorySegment out = Buffers.floats(2 * 3 * 64);
    MemorySegment scratch = Arena.ofAuto().allocate(attention.scratchBytes(320), 64);
    return () ->
        attention.rows(
            0,
            q,
            0,
            192,
            318,
            2,
            kv.memory,
            kv.pages,
            kv.keyOffset(0),
            kv.valueOffset(0),
            scratch,
            out,
            0,
            192);
  }

  private static Runnable rows() {
    MemorySegment x = Buffers.random(COLS, 1);
    MemorySegment y = Buffers.random(COLS, 2);
    MemorySegment out = Buffers.floats(COLS);
    return () -> {
      Norms.rms(Kernels.VECTOR, x, 0, y, COLS, 1e-5f, out, 0);
      Elementwise.siluMultiply(Kernels.VECTOR, x, 0, y, 0, COLS, out, 0);
      Elementwise.add(Kernels.VECTOR, out, 0, y, 0, COLS);
      Elementwise.finite(Kernels.VECTOR, out, 0, COLS);
    };
  }

  /** Until a hundred calls in a row allocate less than one vector would. */
  private static void assertQuiet(ThreadMXBean threads, String what, Runnable kernel) {
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && allocated > 64; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        kernel.run();
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertTrue(allocated <= 64, what + ": 100 calls allocated " + allocated + " bytes");
  }
}
