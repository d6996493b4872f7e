package org.weft.tools.local;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** What a run of tokens scored: likelihood, argmax and digest, taken up row by row. One thread. */
public final class LogitsScore {
  private final int[] ids;
  private final int vocabulary;
  private final int[] argmax;
  private final MessageDigest digest;
  private double nllSum;
  private int position;

  public LogitsScore(int[] ids, int vocabulary) {
    this.ids = ids.clone();
    this.vocabulary = vocabulary;
    this.argmax = new int[ids.length];
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /**
   * Takes up the logits of the next position.
   *
   * @param logits little-endian f32 [vocabulary]
   */
  public void add(MemorySegment logits) {
    MemorySegment row = logits.asSlice(0, (long) vocabulary * Float.BYTES);
    digest.update(row.asByteBuffer());
    argmax[position] = best(row);
    if (position + 1 < ids.length) {
      nllSum += logSum(row, argmax[position]) - row.getAtIndex(JAVA_FLOAT, ids[position + 1]);
    }
    position++;
  }

  private int best(MemorySegment row) {
    int best = 0;
    float most = row.getAtIndex(JAVA_FLOAT, 0);
    for (int i = 1; i < vocabulary; i++) {
      float value = row.getAtIndex(JAVA_FLOAT, i);
      if (value > most) {
        most = value;
        best = i;
      }
    }
    return best;
  }

  /** log Σ exp(logit), with the maximum taken out, in double. */
  private double logSum(MemorySegment row, int best) {
    double max = row.getAtIndex(JAVA_FLOAT, best);
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      sum += Math.exp(row.getAtIndex(JAVA_FLOAT, i) - max);
    }
    return max + Math.log(sum);
  }

  public int tokens() {
    return ids.length;
  }

  /**
   * Mean negative log-likelihood in nats of the tokens after the first; NaN where there is only
   * one.
   */
  public double nll() {
    return nllSum / (ids.length - 1);
  }

  public int[] argmax() {
    return Arrays.copyOf(argmax, position);
  }

  /** SHA-256 of all logits taken up so far, hex. Call once. */
  public String digest() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
