package org.weft.shard.sampling;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** Reading logits, which are f32 [vocabulary] and finite. */
final class Logits {
  private Logits() {}

  static float at(MemorySegment logits, int id) {
    float logit = logits.getAtIndex(ValueLayout.JAVA_FLOAT, id);
    if (!(Math.abs(logit) <= Float.MAX_VALUE)) {
      throw new ShardException(
          ShardError.NON_FINITE, "the logit of token " + id + " is " + logit + ", not a number");
    }
    return logit;
  }
}
