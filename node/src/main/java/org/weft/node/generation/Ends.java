package org.weft.node.generation;

import java.lang.foreign.MemorySegment;
import org.weft.shard.model.ModelEnds;

/** Both ends of a model, as a generation needs them: token ids in, logits out. */
public interface Ends {
  /** Writes embedding rows f32 [count, width] of {@code tokens[from, from + count)}. Any thread. */
  void embed(int[] tokens, int from, int count, MemorySegment into);

  /** hidden f32 [rows, width] to logits f32 [rows, vocabulary]. One thread at a time. */
  void logits(MemorySegment hidden, int rows, MemorySegment logits);

  /** The ends that this process holds itself. */
  static Ends of(ModelEnds ends) {
    return new Ends() {
      @Override
      public void embed(int[] tokens, int from, int count, MemorySegment into) {
        ends.embedding().rows(tokens, from, count, into);
      }

      @Override
      public void logits(MemorySegment hidden, int rows, MemorySegment logits) {
        ends.head().logits(hidden, rows, logits);
      }
    };
  }
}
