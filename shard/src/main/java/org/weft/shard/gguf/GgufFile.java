package org.weft.shard.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A GGUF v2/v3 model file (or all parts of a split one), mapped and checked. Reading is safe from
 * any thread; close once.
 */
public final class GgufFile implements AutoCloseable {
  public static GgufFile open(Path path) {
    throw new UnsupportedOperationException("skeleton");
  }

  public List<Path> paths() {
    throw new UnsupportedOperationException("skeleton");
  }

  public int version() {
    throw new UnsupportedOperationException("skeleton");
  }

  public long fileBytes() {
    throw new UnsupportedOperationException("skeleton");
  }

  public Metadata metadata() {
    throw new UnsupportedOperationException("skeleton");
  }

  public List<TensorInfo> tensors() {
    throw new UnsupportedOperationException("skeleton");
  }

  public Optional<TensorInfo> tensor(String name) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** The tensor's bytes as they stand in the file, read-only. */
  public MemorySegment data(TensorInfo tensor) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Tells the system that the tensor's pages will not be needed again. */
  public void release(TensorInfo tensor) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("skeleton");
  }

  private GgufFile() {}
}
