package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Attention of consecutive rows of one session over paged keys and values (NUMERICS, "Attention").
 * Immutable; callable from several workers, each with scratch of its own. The rows' own keys and
 * values must have been stored before.
 */
public final class Attention {
  /** Positions of a piece: sums are cut at multiples of it. */
  static final int PIECE = 256;

  /** Queries whose scores are in scratch at once. */
  private static final int QUERIES = 4;

  private final Kernels kernels;
  private final AttentionShape shape;
  private final float[] slopes;

  /** {@code slopes} are the ALiBi slopes of all query heads, or empty for none. */
  public Attention(Kernels kernels, AttentionShape shape, float... slopes) {
    if (slopes.length != 0 && slopes.length != shape.heads()) {
      throw new IllegalArgumentException(slopes.length + " slopes for " + shape.heads() + " heads");
    }
    this.kernels = kernels;
    this.shape = shape;
    this.slopes = slopes.clone();
  }

  public AttentionShape shape() {
    return shape;
  }

  /** Scratch that {@link #rows} needs for a session of that many positions; aligned to 64. */
  public long scratchBytes(int positions) {
    long scores = (positions + 63L) / 32 * 32;
    return 4 * QUERIES * (scores + 2L * KvFormat.padded(shape.headSize()));
  }

  /**
   * For each t in [0, rows) and each query head h that shares {@code kvHead}: out[t, h] = softmax
   * of (q[t, h] · K) times V over the positions that row t, which stands at {@code position + t},
   * sees.
   *
   * @param q f32, row t at element {@code qOffset + t * qStride}, holding [heads, headSize]
   * @param kv the memory of the pages
   * @param pages int64 [pages of the session]: the byte offset in kv of the page that holds
   *     positions 32p to 32p + 31
   * @param keyOffset bytes from there to this block's and kvHead's key page
   * @param valueOffset likewise to the value page
   * @param out f32, laid out as q with {@code outOffset} and {@code outStride}
   */
  public void rows(
      int kvHead,
      MemorySegment q,
      long qOffset,
      long qStride,
      int position,
      int rows,
      MemorySegment kv,
      MemorySegment pages,
      long keyOffset,
      long valueOffset,
      MemorySegment scratch,
      MemorySegment out,
      long outOffset,
      long outStride) {
    int last = position + rows;
    if (position < 0
        || rows < 0
        || kvHead < 0
        || kvHead >= shape.kvHeads()
        || pages.byteSize() < (last + 31L) / 32 * JAVA_LONG.byteSize()
        || scratch.byteSize() < scratchBytes(last)) {
      throw new IllegalArgumentException(
          "positions [%d, %d), %d bytes of pages, %d of scratch"
              .formatted(position, last, pages.byteSize(), scratch.byteSize()));
    }
    switch (kernels) {
      case SCALAR -> {
        for (int t = 0; t < rows; t++) {
          ScalarAttention.group(
              this,
              kvHead,
              q,
              qOffset + t * qStride,
              position + t,
              kv,
              pages,
              keyOffset,
              valueOffset,
              scratch,
              out,
              outOffset + t * outStride);
        }
      }
      case VECTOR -> {
        if (rows > 0) {
          VectorAttention.rows(
              this,
              kvHead,
              q,
              qOffset,
              qStride,
              position,
              rows,
              kv,
              pages,
              keyOffset,
              valueOffset,
              scratch,
              out,
              outOffset,
              outStride);
        }
      }
    }
  }

  boolean alibi() {
    return slopes.length != 0;
  }

  float slope(int head) {
    return slopes[head];
  }
}
