package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weft.shard.kernel.Activations;
import org.weft.shard.kernel.Kernels;

/**
 * The buffers of a forward pass over up to {@link #maxRows} rows; reused from block to block and
 * step to step. One owner.
 */
final class Workspace implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  final int maxRows;
  final Activations normed; // f32 and int8 [rows, width]
  final MemorySegment queries; // f32 [rows, heads * headSize]
  final MemorySegment keys; // f32 [rows, kvHeads * headSize]
  final MemorySegment values; // f32 [rows, kvHeads * headSize]
  final Activations attended; // f32 and int8 [rows, heads * headSize]
  final MemorySegment gates; // f32 [rows, feedForward]
  final MemorySegment ups; // f32 [rows, feedForward]
  final Activations activated; // f32 and int8 [rows, feedForward]
  final MemorySegment outputs; // f32 [rows, width]

  /** The largest sizes of any block. */
  record Sizes(int width, int queryRows, int kvRows, int feedForward) {}

  Workspace(Kernels kernels, int maxRows, Sizes sizes) {
    this.maxRows = maxRows;
    normed = new Activations(kernels, maxRows, sizes.width);
    queries = allocate(sizes.queryRows);
    keys = allocate(sizes.kvRows);
    values = allocate(sizes.kvRows);
    attended = new Activations(kernels, maxRows, sizes.queryRows);
    gates = allocate(sizes.feedForward);
    ups = allocate(sizes.feedForward);
    activated = new Activations(kernels, maxRows, sizes.feedForward);
    outputs = allocate(sizes.width);
  }

  private MemorySegment allocate(int cols) {
    return arena.allocate((long) maxRows * cols * Float.BYTES, 64);
  }

  @Override
  public void close() {
    normed.close();
    attended.close();
    activated.close();
    arena.close();
  }
}
