package org.weft.shard.manifest;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.function.Function;
import org.weft.shard.gguf.GgufFile;

/**
 * What a model's arithmetic depends on: architecture metadata, and names, types, shapes and tree
 * hashes of its tensors.
 */
public final class Manifest {
  /** Hashes every tensor of the file with {@code treeHash} (32 bytes). */
  public static Manifest of(GgufFile file, Function<MemorySegment, byte[]> treeHash) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static Manifest parse(byte[] bytes) {
    throw new UnsupportedOperationException("skeleton");
  }

  public byte[] bytes() {
    throw new UnsupportedOperationException("skeleton");
  }

  public ModelId id() {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Refuses with MISMATCH, naming the tensor, when a named tensor of the file differs from this
   * manifest.
   */
  public void check(
      GgufFile file, Collection<String> tensors, Function<MemorySegment, byte[]> treeHash) {
    throw new UnsupportedOperationException("skeleton");
  }
}
